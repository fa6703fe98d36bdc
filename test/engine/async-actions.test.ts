import { describe, expect, it } from 'vitest';
import { ask } from '../support/engine-client.ts';
import { type Answer, startHandler } from './support/handler.ts';
import { AS_USER, actionsFor, startProject } from './support/project.ts';

const SDL = 'type Mutation { make(text: String): Made! } type Made { id: ID! }';
const handler = await startHandler();
const engine = await startProject(actionsFor(SDL, { kind: 'asynchronous' }), { HANDLER: handler.url });

const start = async (): Promise<string> =>
  (await ask<{ make: string }>(engine, 'mutation { make(text: "a") }', AS_USER)).data.make;
const result = async (id: string) =>
  (await ask<{ make: object }>(engine, `{ make(id: "${id}") { id errors output { id } } }`, AS_USER)).data
    .make;

describe('an asynchronous action', () => {
  it('gives an id, and the handler’s answer later; nobody’s document goes along', async () => {
    handler.answer({ body: { id: '1' } });
    const id = await start();
    expect(await result(id)).toEqual({ id, errors: null, output: null });
    expect(handler.received).toEqual([]);
    await engine.processAsyncActions();
    expect(await result(id)).toEqual({ id, errors: null, output: { id: '1' } });
    expect(handler.received[0]?.body).toEqual({
      action: { name: 'make' },
      input: { text: 'a' },
      session_variables: { 'x-hasura-role': 'user', 'x-hasura-user-id': '42' },
      request_query: null,
    });
  });

  it('case 45: of an error the extensions are lost, and the code is that of the root', async () => {
    handler.answer({
      status: 409,
      body: { message: 'No.', code: 'ROOT', extensions: { code: 'INNER', field: 'a' } },
    });
    const id = await start();
    await engine.processAsyncActions();
    expect(await result(id)).toEqual({
      id,
      errors: { error: 'No.', path: '$', code: 'ROOT' },
      output: null,
    });
  });

  it('case 46: what a graceful shutdown interrupts is delivered once more', async () => {
    let finish = (_answer: Answer): void => {};
    let arrived = (): void => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    handler.answer(() => {
      arrived();
      return handler.received.length > 1
        ? { body: { id: '2' } }
        : new Promise<Answer>((resolve) => {
            finish = resolve;
          });
    });
    const id = await start();
    const first = engine.processAsyncActions();
    await arrival;
    engine.interruptAsyncActions();
    await engine.processAsyncActions();
    finish({ body: { id: '1' } });
    await first;
    const [one, other] = handler.received.map(({ body }) => body);
    expect(other).toEqual(one);
    expect(JSON.stringify(one)).not.toContain(id);
  });
});
