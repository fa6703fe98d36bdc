/** How long what the issuer gives out is good for, in seconds. */
export const lifetimeSeconds = {
  /** Also of the id token. The envelopes in it live an hour longer, so that they outlast any clock skew. */
  accessToken: 3_600,
  envelopeBeyondToken: 3_600,
  authorizationCode: 60,
  /** The way to X and back: a ticket of 10 minutes, then a request token of 10 minutes, and some reading. */
  interaction: 1_800,
  /** After it the user goes to X again, however often the tokens were refreshed. */
  signIn: 30 * 86_400,
} as const;
