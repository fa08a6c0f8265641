import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { failureKinds } from '../../broker/errors.ts';
import { createMetrics } from '../../broker/metrics/metrics.ts';
import { createMetricsSum } from '../../broker/metrics/metrics-sum.ts';

/** Alert rules, dashboard, run book and the list of metrics, compared with what a broker measures. */

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));
const docs = new URL('../../docs/', import.meta.url);
const runbook = readFileSync(new URL('runbook.md', docs), 'utf8');
const operations = readFileSync(new URL('operations.md', docs), 'utf8');

interface Rule {
  alert: string;
  expr: string;
  annotations: { summary: string; runbook_url: string };
}
const file = parse(readFileSync(join(deploy, 'prometheus/alerts.yaml'), 'utf8')) as { groups: { rules: Rule[] }[] };
const rules = file.groups.flatMap((group) => group.rules);

interface Panel {
  title: string;
  description: string;
  targets: { expr: string }[];
}
const dashboard = JSON.parse(readFileSync(join(deploy, 'grafana/latchkey.json'), 'utf8')) as { panels: Panel[] };
const panels = dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));

const metrics = createMetrics();
metrics.watchProcess();
metrics.watchProviders(
  () => [['okta', 0]],
  () => [['okta', 'refresh', false]],
  () => [['okta', 0]],
);
metrics.build('1');
const ofSupervisor = await createMetricsSum(1).text(new Map());
const fresh = (await metrics.text()) + ofSupervisor;
const types = new Map([...fresh.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));

/** The metrics that an expression names. `up` is Prometheus' own. */
function metricsOf(expr: string): string[] {
  const names = expr.match(/\b(?:latchkey|http_server|db_client|process|nodejs)_\w+/g) ?? [];
  return names.filter((name) => !/^(?:http|db)_\w+(?:name|code|route|system)$/.test(name));
}
const existing = (name: string): boolean =>
  types.has(name) || types.get(name.replace(/_(?:bucket|count|sum)$/, '')) === 'histogram';

describe.each(rules)('the alert $alert', ({ alert, expr, annotations }) => {
  it('uses metrics that a broker has', () => {
    const names = metricsOf(expr);
    if (alert !== 'LatchkeyDown') expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !existing(name))).toEqual([]);
  });

  it('looks for labels that are there from the start, where it looks for an increase from 0', () => {
    for (const [, metric = '', label = '', values = ''] of expr.matchAll(
      /increase\((latchkey_(?:log_events|failed_authentications)_total)\{(event|kind)=~?"([^"]+)"\}/g,
    )) {
      for (const value of values.split('|'))
        expect(fresh).toMatch(new RegExp(`^${metric}\\{[^}]*${label}="${value}"[^}]*\\} 0$`, 'm'));
    }
  });

  it('has an entry in the run book: what you see, what it means, what to do first', () => {
    expect(annotations.runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    const [, entry = ''] = runbook.split(`\n## ${alert}\n`);
    const [text = ''] = entry.split('\n## ');
    for (const part of ['**What you see:** ', '**What it means:** ', '**What to do first:** ']) {
      const [, words = ''] = text.split(part);
      expect(words.length).toBeGreaterThan(40);
    }
  });
});

it('the run book has no entry for an alert that is gone', () => {
  const entries = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
  expect(entries).toEqual(rules.map(({ alert }) => alert));
});

it.each(panels)('the panel $title shows metrics that a broker has: $expr', ({ expr }) => {
  const names = metricsOf(expr);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !existing(name))).toEqual([]);
});

it('docs/operations.md lists every metric, and every way to fail', () => {
  const own = [...types.keys()].filter((name) => !/^(?:process|nodejs)_/.test(name));
  expect(own.length).toBeGreaterThan(8);
  expect(own.filter((name) => !operations.includes(`\`${name}\``))).toEqual([]);
  expect(failureKinds.filter((kind) => !operations.includes(`\`${kind}\``))).toEqual([]);
});

interface Job {
  job_name: string;
  relabel_configs?: { source_labels: string[]; regex?: string; action?: string }[];
}
const scrape = readFileSync(join(deploy, 'prometheus/scrape.yaml'), 'utf8');
const { scrape_configs: jobs } = parse(scrape) as { scrape_configs: Job[] };
/** The examples that are comments: each begins with a job. */
const examples = scrape
  .split('\n\n')
  .slice(1)
  .map((part) => part.match(/^ {2}# (?:- job_name| ).*$/gm)?.map((line) => line.slice(4)) ?? [])
  .map((lines) => parse(lines.join('\n')) as Job[]);

describe('the scrape rule', () => {
  it('gives brokers the name of the job that the alerts go by', () => {
    const named = rules.flatMap(({ expr }) => [...expr.matchAll(/job="([^"]*)"/g)].map(([, job]) => job));
    expect(named.length).toBeGreaterThan(0);
    for (const all of [jobs, ...examples]) expect(all.map(({ job_name }) => job_name)).toEqual([...new Set(named)]);
    expect(examples.length).toBe(2);
  });

  it('finds the pods of the Deployment, and of their ports the one with the metrics', () => {
    const { spec, metadata } = parse(readFileSync(join(deploy, 'kubernetes/deployment.yaml'), 'utf8')).spec.template;
    const { admin_listen } = parse(readFileSync(join(deploy, 'latchkey.yaml'), 'utf8'));
    const port = Number(admin_listen.split(':')[1]);
    const named = spec.containers.flatMap((each: { ports: { name: string; containerPort: number }[] }) => each.ports);
    const metrics = named.find(({ containerPort }: { containerPort: number }) => containerPort === port);
    expect(jobs[0]?.relabel_configs).toContainEqual({
      source_labels: ['__meta_kubernetes_pod_label_app', '__meta_kubernetes_pod_container_port_name'],
      regex: `${metadata.labels.app};${metrics.name}`,
      action: 'keep',
    });
    for (const example of examples) expect(JSON.stringify(example)).toContain(String(port));
  });

  it('is in docs/operations.md', () => {
    expect(operations).toContain('](../deploy/prometheus/scrape.yaml)');
  });
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
describe.skipIf(!hasPromtool)('promtool (in the package "prometheus" of Debian; skipped without it)', () => {
  const promtool = (...args: string[]) =>
    execFileSync('promtool', args, { cwd: join(deploy, 'prometheus'), encoding: 'utf8', stdio: 'pipe' });

  it('accepts the rules', () => {
    expect(promtool('check', 'rules', 'alerts.yaml')).toContain(`SUCCESS: ${rules.length} rules found`);
  });

  it('raises the alerts that the examples expect, and no others', () => {
    expect(promtool('test', 'rules', 'alerts.test.yaml')).toContain('SUCCESS');
  });

  it('accepts the scrape rule, and the examples beside it', () => {
    const dir = mkdtempSync(join(tmpdir(), 'latchkey-scrape-'));
    const checked = (all: object[]) => {
      writeFileSync(join(dir, 'scrape.yaml'), stringify({ scrape_configs: all }));
      return spawnSync('promtool', ['check', 'config', join(dir, 'scrape.yaml')], { encoding: 'utf8' });
    };
    const discovery = { job_name: 'pods', kubernetes_sd_configs: [{ role: 'pod' }] };
    // Debian's build has no Kubernetes in it. All else of the job is checked there, too.
    const knows = !checked([discovery]).stderr.includes('field kubernetes_sd_configs not found');
    const known = jobs.map((job) => (knows ? job : { ...job, kubernetes_sd_configs: undefined }));
    for (const all of [known, ...examples]) {
      const { status, stderr } = checked(all);
      expect([status, stderr]).toEqual([0, '']);
    }
    rmSync(dir, { recursive: true });
  });

  it('accepts every expression of the dashboard', () => {
    const dir = mkdtempSync(join(tmpdir(), 'latchkey-dashboard-'));
    const plain = (expr: string) => expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*');
    const recorded = panels.map(({ expr }, index) => ({ record: `panel:${index}`, expr: plain(expr) }));
    writeFileSync(join(dir, 'rules.yaml'), stringify({ groups: [{ name: 'dashboard', rules: recorded }] }));
    expect(promtool('check', 'rules', join(dir, 'rules.yaml'))).toContain(`SUCCESS: ${panels.length} rules found`);
    rmSync(dir, { recursive: true });
  });
});
