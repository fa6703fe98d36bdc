import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HeraldError } from '../kernel/index.ts';
import { actionError } from './answer.ts';

const YEAR_SECONDS = 31_536_000;
const LOCKED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Headers of everything that a browser gets: kept nowhere, told to nobody, framed by nobody (R27, R46). */
export const sendBrowserHeaders = (scope: FastifyInstance, publicUrl: () => URL): void => {
  scope.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': LOCKED,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      ...transportSecurity(publicUrl()),
    });
  });
};

/** Only where there is TLS to insist on. */
const transportSecurity = ({ protocol }: URL): Record<string, string> =>
  protocol === 'https:' ? { 'strict-transport-security': `max-age=${YEAR_SECONDS}` } : {};

/**
 * A refusal as a page for the person in front of the browser, or as JSON for a program that asks for it. Only programs come
 * to the token and the revocation endpoint, and all that they can read is OAuth's own form.
 */
export const sendBrowserRefusal = (
  error: HeraldError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  reply.status(error.code === 'TEMPORARILY_UNAVAILABLE' ? 503 : error.status);
  if (error.retryAt !== undefined) reply.header('retry-after', secondsUntil(error.retryAt));
  if (TOKEN_ROUTES.test(request.url)) return reply.send(oauthError(error));
  if (prefersJson(request.headers.accept)) return reply.send(actionError(error, request.id));
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', `${LOCKED}; style-src '${digestOf(STYLE)}'`)
    .send(renderRefusal(error, request.id));
};

const TOKEN_ROUTES = /^\/oauth\/(token|revoke)(\?|$)/;

/** RFC 6749 section 5.2. */
const oauthError = ({ code, message }: HeraldError): { error: string; error_description: string } => {
  const errors: Partial<Record<HeraldError['code'], string>> = {
    TEMPORARILY_UNAVAILABLE: 'temporarily_unavailable',
    INTERNAL: 'server_error',
  };
  return { error: errors[code] ?? 'invalid_request', error_description: message };
};

const secondsUntil = (time: Date): number => Math.max(1, Math.ceil((time.getTime() - Date.now()) / 1000));

/** Whether `application/json` is wished for more than a page (RFC 9110 section 12.5.1). A wildcard wishes for neither. */
const prefersJson = (accept = ''): boolean =>
  weightOf('application/json', accept) > weightOf('text/html', accept);

const weightOf = (type: string, accept: string): number => {
  const range = accept.split(',').find((entry) => entry.split(';')[0]?.trim().toLowerCase() === type);
  if (range === undefined) return 0;
  return Number(/;\s*q=([\d.]+)/i.exec(range)?.[1] ?? 1);
};

const STYLE =
  ':root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1.5rem}small{opacity:.7}';

const digestOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const renderRefusal = (error: HeraldError, requestId: string): string =>
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign-in with X was not finished</title>
<style>${STYLE}</style>
<main>
<h1>Sign-in with X was not finished</h1>
<p>${escapeHtml(error.message)}</p>
<p>${error.userAction === 'WAIT' ? 'Wait a moment, then go back to the app and start again.' : 'Go back to the app and start again.'}</p>
<p><small>${escapeHtml(error.code)}, request ${escapeHtml(requestId)}</small></p>
</main>
</html>
`;

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
