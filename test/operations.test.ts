import { readdir, readFile } from 'node:fs/promises';

import { describe, expect, it } from '@jest/globals';
import { parseDocument } from 'yaml';
import * as z from 'zod';

import { verifyFlags } from '../apps/cli/src/flags/verify-flags.ts';
import { runFlags } from '../apps/cli/src/flags/run-flags.ts';
import { BaseCommand } from '../apps/cli/src/base-command.ts';
import { exitCodes } from '../apps/cli/src/exit-codes.ts';
import { metricFamilies } from '../apps/cli/src/metrics/families.ts';

const folder = new URL('../docs/operations/', import.meta.url);

async function text(name: string): Promise<string> {
  return await readFile(new URL(name, folder), 'utf8');
}

/** YAML without errors or warnings, duplicate keys included. */
async function yaml(name: string): Promise<unknown> {
  const document = parseDocument(await text(name), { strict: true, uniqueKeys: true });
  expect(document.errors).toEqual([]);
  expect(document.warnings).toEqual([]);
  return document.toJS();
}

const name = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
const quantity = z.string().regex(/^\d+(m|Mi|Gi)?$/);
const container = z.strictObject({
  name,
  image: z.string().regex(/^[^:]+:[^:]+$/),
  args: z.array(z.string()).min(1),
  envFrom: z.array(z.strictObject({ secretRef: z.strictObject({ name }) })).optional(),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
  ports: z.array(z.strictObject({ name, containerPort: z.int() })).optional(),
  livenessProbe: z
    .strictObject({
      exec: z.strictObject({ command: z.array(z.string()) }),
      initialDelaySeconds: z.int(),
      periodSeconds: z.int(),
    })
    .optional(),
  resources: z
    .strictObject({ requests: z.record(z.string(), quantity), limits: z.record(z.string(), quantity) })
    .optional(),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
  }),
  volumeMounts: z.array(
    z.strictObject({
      name,
      mountPath: z.string().startsWith('/'),
      readOnly: z.boolean().optional(),
    }),
  ),
});
const volume = z.strictObject({
  name,
  configMap: z.strictObject({ name }).optional(),
  secret: z.strictObject({ secretName: name, defaultMode: z.literal(0o440) }).optional(),
  persistentVolumeClaim: z.strictObject({ claimName: name }).optional(),
  emptyDir: z.strictObject({}).optional(),
});
const pod = z
  .strictObject({
    restartPolicy: z.literal('Never').optional(),
    terminationGracePeriodSeconds: z.int(),
    securityContext: z.strictObject({ runAsNonRoot: z.literal(true), runAsUser: z.int(), fsGroup: z.int() }),
    containers: z.array(container).min(1),
    volumes: z.array(volume),
  })
  .refine(
    ({ containers, volumes }) =>
      containers.every(({ volumeMounts }) =>
        volumeMounts.every((mount) => volumes.some((one) => one.name === mount.name)),
      ),
    'a mount has no volume',
  );
const labels = z.record(z.string(), z.string());
const metadata = z.strictObject({ name, labels });
const template = z.strictObject({ metadata: z.strictObject({ labels }), spec: pod });

const deployment = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata,
  spec: z.strictObject({
    replicas: z.literal(1),
    strategy: z.strictObject({ type: z.literal('Recreate') }),
    selector: z.strictObject({ matchLabels: labels }),
    template,
  }),
});
const cronJob = z.strictObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('CronJob'),
  metadata,
  spec: z.strictObject({
    schedule: z.string(),
    concurrencyPolicy: z.literal('Forbid'),
    startingDeadlineSeconds: z.int(),
    successfulJobsHistoryLimit: z.int(),
    failedJobsHistoryLimit: z.int(),
    jobTemplate: z.strictObject({
      spec: z.strictObject({
        backoffLimit: z.int(),
        podFailurePolicy: z.strictObject({
          rules: z.array(
            z.strictObject({
              action: z.enum(['FailJob', 'Ignore', 'Count']),
              onExitCodes: z.strictObject({
                containerName: name,
                operator: z.enum(['In', 'NotIn']),
                values: z.array(z.int().min(1)),
              }),
            }),
          ),
        }),
        template,
      }),
    }),
  }),
});
const rules = z.strictObject({
  groups: z.array(
    z.strictObject({
      name,
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Cxvault[A-Za-z]+$/),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+[smhd]$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(['info', 'warning', 'critical']) }),
          annotations: z.strictObject({ summary: z.string(), action: z.string() }),
        }),
      ),
    }),
  ),
});

const codes = [...new Set(Object.values(exitCodes))];
const flags = {
  run: Object.keys({ ...runFlags, ...BaseCommand.baseFlags }),
  verify: Object.keys({ ...verifyFlags, ...BaseCommand.baseFlags }),
};

/** Every long flag in a command line of cxvault must be one that the command has. */
function expectFlags(command: string, line: string): void {
  if (command !== 'run' && command !== 'verify') throw new Error(`no such command: ${command}`);
  for (const [, flag = ''] of line.matchAll(/--([a-z-]+)/g)) expect(flags[command]).toContain(flag);
}

/** One field of a crontab, and the most that it may say. */
function expectCronField(field: string, least: number, most: number): void {
  for (const part of field.split(',')) {
    const [, from, to, step] = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part) ?? ['none', '-1'];
    for (const value of [from, to].filter((one) => one !== undefined).map(Number)) {
      expect(value).toBeGreaterThanOrEqual(least);
      expect(value).toBeLessThanOrEqual(most);
    }
    if (step !== undefined) expect(Number(step)).toBeGreaterThan(0);
  }
}

function expectSchedule(schedule: string): void {
  const fields = schedule.split(/\s+/);
  const limits = [[0, 59], [0, 23], [1, 31], [1, 12], [0, 7]] as const; // prettier-ignore
  expect(fields).toHaveLength(5);
  for (const [n, [least, most]] of limits.entries()) expectCronField(fields[n] ?? '', least, most);
}

describe('docs/operations', () => {
  it('has a deployment whose parts fit together', async () => {
    const { spec } = deployment.parse(await yaml('kubernetes/deployment.yaml'));
    expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
    const [command = '', ...args] = spec.template.spec.containers[0]?.args ?? [];
    expect(args.some((arg) => arg.startsWith('--every='))).toBe(true);
    expectFlags(command, args.join(' '));
  });

  it('has a cron job that knows the exit codes', async () => {
    const { spec } = cronJob.parse(await yaml('kubernetes/cronjob.yaml'));
    expectSchedule(spec.schedule);
    const job = spec.jobTemplate.spec;
    for (const { onExitCodes } of job.podFailurePolicy.rules) {
      expect(onExitCodes.values.every((code) => codes.includes(code))).toBe(true);
      expect(job.template.spec.containers.map((one) => one.name)).toContain(onExitCodes.containerName);
    }
    expect(job.template.spec.restartPolicy).toBe('Never'); // podFailurePolicy asks for it
    const [command = '', ...args] = job.template.spec.containers[0]?.args ?? [];
    expectFlags(command, args.join(' '));
  });

  it('has alerts on metrics that there are', async () => {
    const { groups } = rules.parse(await yaml('prometheus-rules.yaml'));
    const expressions = groups.flatMap((group) => group.rules.map(({ expr }) => expr));
    for (const expression of expressions) {
      const used = expression.match(/cxvault_[a-z_]+/g) ?? [];
      expect(used.length).toBeGreaterThan(0);
      for (const metric of used) expect(Object.keys(metricFamilies)).toContain(metric);
    }
  });

  it('has a crontab that cron takes', async () => {
    const lines = (await text('cxvault.cron'))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const jobs = lines.filter((line) => !/^[A-Z]+=\S+$/.test(line));
    expect(jobs).toHaveLength(2);
    for (const job of jobs) {
      const [, schedule = '', user, command = ''] = /^((?:\S+\s+){4}\S+)\s+(\S+)\s+(.+)$/.exec(job) ?? [];
      expectSchedule(schedule);
      expect(user).toBe('cxvault');
      const [, name = '', rest = ''] = /^\S+cron\.sh (\S+)(.*)$/.exec(command) ?? [];
      expectFlags(name, rest);
      expect(command).not.toContain('%'); // cron takes it for the end of the line
    }
  });

  it('has units with commands, exit codes and references that exist', async () => {
    const units = await readdir(new URL('systemd/', folder));
    for (const unit of units) {
      const content = (await text(`systemd/${unit}`)).replaceAll('\\\n', ' ');
      const [, command, line = ''] = /^ExecStart=\/usr\/local\/bin\/cxvault (\S+)(.*)$/m.exec(content) ?? [];
      if (command !== undefined) expectFlags(command, line);
      for (const [, list = ''] of content.matchAll(
        /^(?:SuccessExitStatus|RestartPreventExitStatus)=(.*)$/gm,
      )) {
        for (const code of list.split(' ')) expect(codes).toContain(Number(code));
      }
      for (const [, other = ''] of content.matchAll(/^OnFailure=([^%]+)%n(\.service)$/gm)) {
        expect(units).toContain(`${other}.service`);
      }
      if (unit.endsWith('.timer')) expect(units).toContain(unit.replace('.timer', '.service'));
    }
  });

  it('names every exit code and file in operations.md', async () => {
    const page = await text('../operations.md');
    for (const code of codes) expect(page).toMatch(new RegExp(String.raw`^\| ${String(code)} +\|`, 'm'));
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const file of files.filter((one) => one.isFile()))
      expect(page).toContain(file.name.replace(/^.*(\.timer)$/, '$1'));
  });
});
