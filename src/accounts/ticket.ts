import type { Journey, SingleUse } from './single-use.ts';

export interface TicketTools {
  readonly singleUse: SingleUse;
  /** Where browsers reach Herald; only its origin counts. */
  readonly publicUrl: () => URL;
}

/** Where a browser begins the journey, once and within ten minutes. */
export const issueTicket = async ({ singleUse, publicUrl }: TicketTools, journey: Journey): Promise<URL> => {
  const ticket = await singleUse.issue('ticket', '', journey);
  const url = new URL('/auth/x/connect', publicUrl());
  url.searchParams.set('ticket', ticket);
  return url;
};
