import { advise, type Problem } from 'herald-client';

const timeOf = (time: Date | undefined): string =>
  time === undefined ? '' : `: ${time.toLocaleTimeString()}`;

/** What to show for a problem. Forget one of the actions, and this does not compile. */
export const sentenceFor = (problem: Problem): string => {
  if (problem.accepted === 'unknown')
    return 'We do not know yet whether that went out. Press the button again: it posts once.';
  return advise(problem, {
    NONE: ({ message }) => message,
    EDIT: ({ message }) => `Change it: ${message}`,
    WAIT: ({ retryAt }) => `Later, please${timeOf(retryAt)}.`,
    SIGN_IN: () => 'Sign in again.',
    CONNECT: () => 'Connect your X account first.',
    RECONNECT: () => 'X no longer lets us post for you. Connect your account again.',
    TOP_UP: ({ retryAt }) => `The budget is used up until tomorrow${timeOf(retryAt)}.`,
    CONTACT_ADMIN: ({ code, requestId }) => `This is for our support: ${code} ${requestId ?? ''}`,
  });
};
