export { createXClient, type XClientOptions } from './client.ts';
export { createXSignIn, type XSignedIn, type XSignIn } from './sign-in.ts';
