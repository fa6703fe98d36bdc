export { openSession, type SessionVariables } from './session-variables.ts';
export { createWebhookCheck } from './webhook-secret.ts';
