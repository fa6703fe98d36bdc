export { createXClient } from './client.ts';
export { createXSignIn, type XSignedIn, type XSignIn } from './sign-in.ts';
