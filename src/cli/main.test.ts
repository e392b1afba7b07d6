// The command line as a user meets it: wrong words end with 2 and a hint, help is no error, pipes get no colours.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { finding } from '../record/record.builders.ts'
import { openRecord } from '../record/record.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-main-'))
  const record = openRecord({ folder, nodeId: 'a' })
  const { body, ...entry } = finding(7, 'critical')
  const rest = {
    subject: { kind: 'feed', id: 'f' },
    detector: 'oracle-jump',
    summary: 'up \u001b[2J and \u202eaway',
    evidence: { answer: 1 },
  }
  record.append([{ ...entry, body: { ...(body as object), ...rest } }])
  record.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function firebreak(...args: readonly string[]) {
  const bin = fileURLToPath(new URL('../../bin/firebreak.mjs', import.meta.url))
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const out = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk) => {
      out[name] += chunk
    })
  const code = await new Promise<number | null>((done) => child.once('close', (exit) => done(exit)))
  return { ...out, code }
}

describe('firebreak', () => {
  test.each([
    [['chek'], /unknown command 'chek'[\s\S]*Did you mean check[\s\S]*hint: /],
    [['check', '--ofline'], /unknown option '--ofline'[\s\S]*Did you mean --offline[\s\S]*hint: /],
    [['watch'], /required option '--config <file>'[\s\S]*hint: /],
    [['log', '--kind', 'findings'], /'findings' is invalid\. Allowed choices are [\s\S]*hint: /],
    [['log', '--limit', '-1'], /want a whole number/],
    [['check', '--config', 'not-there.ts'], /^firebreak: --config: got "not-there.ts"; want a file that exists/],
    [['status', 'not-there'], /^firebreak: .*not-there/],
    [[], /^Usage: firebreak/],
  ])('wrong: %j ends with 2, says what is wrong on stderr and nothing on stdout', async (args, said) => {
    const { code, stdout, stderr } = await firebreak(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(said)
    expect(stderr).not.toContain('    at ')
  })

  test('help and version are no errors, and each command has an example', async () => {
    const help = await firebreak('--help')
    expect(help).toMatchObject({ code: 0, stderr: '' })
    const commands = [...help.stdout.matchAll(/^ {2}(\w+) .*\[/gm)].map(([, name]) => name ?? '').filter((name) => name !== 'help')
    expect(commands).toEqual(expect.arrayContaining(['init', 'check', 'watch', 'drill', 'status', 'log']))
    expect((await firebreak('--version')).code).toBe(0)
    for (const name of ['init', 'check', 'watch', 'status']) {
      const { code, stdout } = await firebreak(name, '--help')
      expect([code, stdout]).toEqual([0, expect.stringContaining(`firebreak ${name}`)])
      expect(stdout).toMatch(/Examples:\n {2}(export|firebreak)/)
    }
  })

  test('in a pipe: text without colours, JSON that parses', async () => {
    const text = await firebreak('status', '.')
    expect(text).toMatchObject({ code: 0, stderr: '' })
    expect(text.stdout).toContain('finding critical')
    // what a chain says moves no cursor and turns no text
    expect(text.stdout).toContain('up ?[2J and ?away')
    expect(text.stdout).not.toContain('\u001b')
    expect(text.stdout).not.toContain('\u202e')
    expect(JSON.parse((await firebreak('status', '.', '--json')).stdout)).toMatchObject({ nodeId: 'a', entries: 1 })
    const line = JSON.parse((await firebreak('log', '.', '--json')).stdout) as unknown
    expect(line).toMatchObject({ kind: 'finding', block: 7 })
  })
})
