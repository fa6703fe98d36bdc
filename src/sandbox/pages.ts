import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { authorizePage, messagePage, pinPage } from './authorize-page.ts';
import type { Markup } from './html.ts';
import type { MediaLibrary } from './media.ts';
import { SCRIPT, STYLE } from './page-assets.ts';
import type { World } from './server.ts';
import { INVALID_TOKEN } from './sign-in.ts';
import { timelineList, timelinePage } from './timeline-page.ts';

/** Nothing from elsewhere. No `form-action`: browsers hold it against the redirect that follows the authorize form. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What a browser sees: the timeline, the authorize page of the sign-in, and what they are made of. */
export function addPages(app: FastifyInstance, world: World): void {
  const { store, media, signIn, now } = world;
  app.get('/', (_request, reply) => page(reply, timelinePage(world, now())));
  // Where X shows one tweet; Herald's answers link here.
  app.get<{ Params: { id: string } }>('/i/web/status/:id', (request, reply) =>
    reply.redirect(`/#tweet-${encodeURIComponent(request.params.id)}`, 302),
  );
  app.get('/_sandbox/timeline', (_request, reply) => page(reply, timelineList(world, now())));
  app.get('/_sandbox/changes', (_request, reply) => streamChanges(world, reply));
  app.get('/_sandbox/page.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(STYLE));
  app.get('/_sandbox/page.js', (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(SCRIPT),
  );

  app.get<{ Params: { id: string } }>('/_sandbox/media/:id', (request, reply) =>
    picture(reply, media, request.params.id),
  );

  for (const path of ['/oauth/authorize', '/oauth/authenticate']) {
    app.get(path, (request, reply) => {
      const token = queryOf(request).get('oauth_token') ?? '';
      if (!signIn.isPending(token)) return page(reply.code(401), messagePage('Whoa there!', INVALID_TOKEN));
      return page(reply, authorizePage(world.appKey, path, token, store.users()));
    });
    app.post(path, (request, reply) => {
      const decision = signIn.decide(
        new URLSearchParams(typeof request.body === 'string' ? request.body : ''),
      );
      if (decision.kind === 'redirect')
        return reply.header('cache-control', 'no-store').redirect(decision.location, 302);
      if (decision.kind === 'pin') return page(reply, pinPage(decision.pin));
      if (decision.kind === 'denied')
        return page(reply, messagePage('Denied', 'The app was not given access.'));
      return page(reply.code(400), messagePage('Whoa there!', decision.why));
    });
  }
}

function page(reply: FastifyReply, content: Markup): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .headers({
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    .send(content.text);
}

/** Somebody else's bytes: only ever a picture, never a page. */
function picture(reply: FastifyReply, library: MediaLibrary, id: string): FastifyReply {
  const file = library.find(id);
  const bytes = file && library.bytesOf(file);
  if (!bytes) return reply.code(404).send({ error: 'There is no such picture.' });
  return reply
    .type(file.type)
    .headers({
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, max-age=86400, immutable',
      'x-content-type-options': 'nosniff',
    })
    .send(bytes);
}

const queryOf = (request: FastifyRequest): URLSearchParams =>
  new URLSearchParams((request.raw.url ?? '').split('?').slice(1).join('?'));

/** Server-sent events: one empty event whenever a tweet came or went; the page then asks for the list. */
function streamChanges({ store }: World, reply: FastifyReply): void {
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 1000\n\n');
  const tell = () => void response.write('data: change\n\n');
  store.changes.on('change', tell);
  response.once('close', () => store.changes.off('change', tell));
}
