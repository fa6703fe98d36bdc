import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';

/** The access token of whoever asks, from the cookie that the sign-in set: httpOnly, secure, sameSite lax. */
export const accessToken = async (): Promise<string> => {
  const token = (await cookies()).get('access_token')?.value;
  return token ?? redirect('/sign-in');
};

export const engineUrl = (): string => process.env.HASURA_URL ?? 'http://127.0.0.1:8080/v1/graphql';
