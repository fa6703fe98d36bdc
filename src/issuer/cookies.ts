type CookieNames = Readonly<Record<'session' | 'interaction' | 'resume', string>>;

/**
 * Names that bind a cookie to https where there is https. `__Secure-` and not `__Host-`, because the one that matters is
 * sent to its own sign-in's path alone; without a Domain attribute it still goes to this host only.
 */
export const cookieNames = ({ protocol }: URL): CookieNames => {
  const prefix = protocol === 'https:' ? '__Secure-' : '';
  return {
    session: `${prefix}herald_session`,
    interaction: `${prefix}herald_interaction`,
    resume: `${prefix}herald_sign_in`,
  };
};

/**
 * Of the cookies that oidc-provider sets, the one that ties a sign-in to the browser that started it. The others say
 * which session or interaction it is; there are no sessions, and the way through X has a cookie of its own.
 */
export const neededCookies = (cookies: readonly string[], { resume }: CookieNames): string[] =>
  cookies.filter((cookie) => cookie.startsWith(resume));
