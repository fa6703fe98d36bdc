const ANSWER_TIMEOUT_MS = 3_000;

/** What one unauthenticated request says about X and this machine's clock. */
export interface XClock {
  readonly reachable: boolean;
  /** How far this machine is ahead of X, in milliseconds, give or take a second; undefined when X did not say. */
  readonly skewMs: number | undefined;
}

/** Asks for the headers of X's front page. Never throws. */
export const askXClock = async (apiUrl: URL): Promise<XClock> => {
  try {
    const response = await fetch(apiUrl, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const answeredAtMs = Date.now();
    const saidMs = Date.parse(response.headers.get('date') ?? '');
    return { reachable: true, skewMs: Number.isNaN(saidMs) ? undefined : answeredAtMs - saidMs };
  } catch {
    return { reachable: false, skewMs: undefined };
  }
};
