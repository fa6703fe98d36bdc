import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startProcess, waitForUrl } from './processes.ts';

const startNode = (code: string, timeoutMs = 10_000) =>
  startProcess(process.execPath, ['-e', code], { timeoutMs });

describe('a started process', () => {
  it('gives lines, events, its whole output and how it ended', async () => {
    const child = startNode(
      `console.log('ready'); console.error('oops'); console.log('{"evt":"x","n":1}'); process.exitCode = 3`,
    );
    expect(await child.waitForLine(/^read/)).toBe('ready');
    expect(await child.waitForEvent<{ evt: string }>(({ evt }) => evt === 'x')).toEqual({ evt: 'x', n: 1 });
    expect(await child.waitForExit()).toEqual({ code: 3, signal: null });
    expect(child.output).toContain('oops');
  });

  it('says what it printed when it ends without what was waited for', async () => {
    const child = startNode(`console.error('no port')`);
    await expect(child.waitForLine(/ready/)).rejects.toThrow(/ended without a line.*\n.*no port/);
  });

  it('gives up waiting after its timeout', async () => {
    const child = startNode('setInterval(() => {}, 1000)', 100);
    await expect(child.waitForExit()).rejects.toThrow('Waited 100 ms for its end');
    expect(await child.kill()).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('takes its children along when it is killed', async () => {
    const child = startNode(
      `const { spawn } = require('node:child_process');
       const code = "require('node:http').createServer().listen(0, '127.0.0.1', function () { console.log(JSON.stringify(this.address())) })";
       spawn(process.execPath, ['-e', code], { stdio: 'inherit' })`,
    );
    const { port } = await child.waitForEvent<AddressInfo>(() => true);
    await child.kill();
    await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
  });

  it('cannot be started from a program that is not there', async () => {
    const child = startProcess('/nowhere/program', []);
    await expect(child.waitForLine(/./)).rejects.toThrow('ENOENT');
  });
});

describe('waitForUrl', () => {
  it('waits through refusals and errors for a 2xx', async () => {
    let answers = 0;
    const server = createServer((_, response) => {
      answers += 1;
      response.writeHead(answers < 3 ? 503 : 200).end('there');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    expect(await (await waitForUrl(`http://127.0.0.1:${port}/`)).text()).toBe('there');
    expect(answers).toBe(3);
  });

  it('names the address and the last problem when nothing comes', async () => {
    await expect(waitForUrl('http://127.0.0.1:1/', 100)).rejects.toThrow('http://127.0.0.1:1/ was not there');
  });
});
