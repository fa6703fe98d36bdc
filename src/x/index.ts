export { createXClient } from './client.ts';
export { createXSignIn } from './sign-in.ts';
