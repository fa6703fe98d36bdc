export { createBearerCheck, type VerifyBearer } from './bearer.ts';
export { jwtSecretProblems } from './jwt-secret.ts';
export { openSession } from './session-variables.ts';
export { createWebhookCheck } from './webhook-secret.ts';
