import { createHash } from 'node:crypto';
import type { Configuration } from 'oidc-provider';
import { SessionNotFound } from './oidc-provider.ts';

type RenderError = NonNullable<Configuration['renderError']>;

const style = 'body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}';
const styleHash = createHash('sha256').update(style).digest('base64');

/** Nothing is loaded, run, framed or submitted; the one style is named by its hash. */
export const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const otherBrowser = 'This sign-in is over, or it was started in another browser. Start it again in the app.';

/**
 * What a person sees when a sign-in fails and it is not certain to whom the browser could be sent back: a small page, or
 * JSON where that is what is asked for. No stack, no word of the request.
 */
export const renderError: RenderError = (ctx, { error, error_description }, cause) => {
  const sentence =
    cause instanceof SessionNotFound ? otherBrowser : (error_description ?? 'The sign-in failed.');
  if (ctx.accepts('html', 'json') === 'json') {
    ctx.body = { error, error_description: sentence };
    return;
  }
  ctx.type = 'html';
  ctx.body = page(sentence, error);
};

const page = (sentence: string, code: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign-in failed</title><style>${style}</style><h1>Sign-in failed</h1><p>${escapeHtml(sentence)}</p><p><code>${escapeHtml(code)}</code></p></html>`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
