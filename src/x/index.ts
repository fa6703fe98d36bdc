export { createXClient, type XClientOptions } from './client.ts';
export {
  createXSignIn,
  type XSignedIn,
  type XSignIn,
  type XSignInOptions,
  type XSignInReturn,
  type XSignInStart,
} from './sign-in.ts';
