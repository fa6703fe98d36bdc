/** What a browser does on its way to X and back: it keeps cookies and follows redirects. */
export interface Browser {
  /** Follows redirects from `start` until one leads to `destination`, deciding at X's consent form as `username`. */
  travel(start: string | URL, username: string, destination: string): Promise<URL>;
}

const LONGEST_JOURNEY = 12;

/** A browser for sandboxes: `onHop` is told each step, in words without the query, and where it led. */
export const openBrowser = (
  onHop: (what: string, url: URL) => void = () => {},
  decision: 'allow' | 'deny' = 'allow',
): Browser => {
  const cookies = new Map<string, string>();

  const visit = async (url: URL, form?: URLSearchParams): Promise<Response> => {
    const cookie = [...cookies.values()].join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'text/html', ...(cookie === '' ? {} : { cookie }) },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    });
    for (const set of response.headers.getSetCookie()) keep(cookies, set);
    return response;
  };

  return {
    travel: async (start, username, destination) => {
      let url = new URL(start);
      let form: URLSearchParams | undefined;
      for (let hop = 0; hop < LONGEST_JOURNEY; hop += 1) {
        const response = await visit(url, form);
        onHop(`${form ? 'POST' : 'GET'} ${url.origin}${url.pathname} -> ${response.status}`, url);
        const location = response.headers.get('location');
        form = undefined;
        if (location !== null) {
          url = new URL(location, url);
          if (`${url.origin}${url.pathname}` === destination) return url;
        } else if (response.status === 200 && url.pathname === '/oauth/authorize') {
          const token = url.searchParams.get('oauth_token') ?? '';
          form = new URLSearchParams({ oauth_token: token, username, decision });
        } else {
          throw new Error(`${url.pathname} answered HTTP ${response.status}: ${await response.text()}`);
        }
      }
      throw new Error(`No redirect led to ${destination}.`);
    },
  };
};

/** One host is enough here; a cookie that is emptied is dropped. */
const keep = (cookies: Map<string, string>, set: string): void => {
  const pair = set.split(';')[0] ?? '';
  const name = pair.split('=')[0] ?? '';
  if (/;\s*(max-age=0|expires=thu, 01 jan 1970)/i.test(set)) cookies.delete(name);
  else cookies.set(name, pair);
};
