export { openSession } from './session-variables.ts';
export { createWebhookCheck } from './webhook-secret.ts';
