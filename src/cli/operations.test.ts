import { expect, test } from 'vitest'
import { UnreachableError, UserError } from '../core/errors.ts'
import { type LogLevel, operationsLog } from './operations.ts'

const SECRET = 'abcdefghijklmnopqrstuvwxyz'
const ENDPOINT = `wss://rpc.example/v2/${SECRET}`

function lines(level: LogLevel) {
  const said: string[] = []
  const log = operationsLog(level, [ENDPOINT], { to: { write: (line) => void said.push(line) } })
  return { log, said, parsed: () => said.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

test('connects and losses at info, each loss once; retries only at debug', () => {
  for (const [level, want] of [
    ['info', ['connected', 'connection lost', 'connected', 'connection lost']],
    ['warn', ['connection lost', 'connection lost']],
    ['silent', []],
  ] as const) {
    const { log, parsed } = lines(level)
    for (let i = 0; i < 2; i++) {
      log.ingest('a', { kind: 'connected', endpoint: 'ws://x', pushes: true })
      for (let attempt = 1; attempt <= 3; attempt++) {
        log.ingest('a', { kind: 'lost', endpoint: 'ws://x', detail: 'closed' })
        log.ingest('a', { kind: 'retry', attempt, waitMs: 100, detail: 'closed' })
      }
      log.ingest('a', { kind: 'history', done: 1, total: 2 })
    }
    expect(parsed().map((line) => line['msg'])).toEqual(want)
  }
  const { log, said } = lines('debug')
  log.ingest('a', { kind: 'retry', attempt: 1, waitMs: 100, detail: 'closed' })
  expect(JSON.parse(said[0] ?? '')).toMatchObject({ level: 'debug', node: 'a', attempt: 1, waitMs: 100, detail: 'closed' })
})

test('errors by what they are: what may pass is a warning; an end names the node and how many are left', () => {
  const { log, parsed } = lines('info')
  log.error('a', new UnreachableError('ws://x', 'eth_call', 'closed'))
  log.error('a', new UserError('config.x', 1, '2'))
  log.ended('b', new UserError('config.x', 1, '2'), 1)
  log.ended('b', new Error('bug'), 0)
  expect(parsed()).toMatchObject([
    { level: 'warn', node: 'a', err: { type: 'UnreachableError' } },
    { level: 'error', err: { type: 'UserError', message: 'config.x: got 1; want 2' } },
    { level: 'error', node: 'b', left: 1, msg: expect.stringMatching(/node b has ended; 1 go on/) },
    { level: 'error', left: 0, err: { stack: expect.stringContaining('operations.test.ts') } },
  ])
})

test('no line shows a secret: not that of an endpoint, wherever it stands, and no key', () => {
  const { log, said } = lines('debug')
  log.note('a', `asked ${ENDPOINT}`)
  log.error('a', new Error(`GET ${ENDPOINT} and ${SECRET}`))
  log.error('a', Object.assign(new Error('x'), { key: SECRET, request: { url: ENDPOINT } }))
  log.ingest('a', { kind: 'lost', endpoint: 'ws://x', detail: SECRET })
  expect(said).toHaveLength(4)
  expect(said.join('')).not.toContain(SECRET)
  expect(said.join('')).toContain('wss://rpc.example/v2/***')
})
