import type { Meter } from '../kernel/index.ts';
import { createInstruments } from './instruments.ts';
import { createMeter } from './meter.ts';
import { createScrape, type ScrapeSources } from './scrape.ts';
import { type OpsServer, serveMetrics } from './serve.ts';

export interface Metrics {
  readonly meter: Meter;
  /** Opens the port for scrapers; 0 takes any. Rejects with the system's error when the port is taken. */
  listen(host: string, port: number): Promise<OpsServer>;
}

/** Metrics for Prometheus: what the rooms report, and what is looked up at each scrape. */
export const createMetrics = (sources: ScrapeSources): Metrics => {
  const instruments = createInstruments();
  const render = createScrape(instruments, sources);
  const { contentType } = instruments.registry;
  return {
    meter: createMeter(instruments),
    listen: (host, port) => serveMetrics(host, port, { contentType, render }),
  };
};
