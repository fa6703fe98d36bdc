import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Sends a browser that came by another host name on to the public URL, before it gets a cookie that would not be seen
 * there: X and the issuer know Herald by that one name. The address is made of nothing of the request but its query.
 * Undefined when the browser is in the right place.
 */
export const redirectHome = (
  home: URL,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | undefined => {
  if (isAddressedTo(home, request)) return undefined;
  const url = new URL(path, home.origin);
  url.search = request.url.split('?').slice(1).join('?');
  return redirect(reply, url);
};

const isAddressedTo = (home: URL, { host }: FastifyRequest): boolean => {
  const address = `${home.protocol}//${host}`;
  return URL.canParse(address) && new URL(address).host === home.host;
};

export const redirect = (reply: FastifyReply, { href }: URL): FastifyReply =>
  reply.status(302).header('location', href).send();
