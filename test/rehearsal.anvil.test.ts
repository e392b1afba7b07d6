// What waits in a timelock is tried on the real market before it is due: the two operations of the lab, and a payload that changes its mind.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeFunctionData, parseAbi, toHex, zeroHash } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canonical } from '../src/core/canonical.ts'
import type { Finding, Hex, Input } from '../src/core/flow.ts'
import { Fold } from '../src/fold.ts'
import { readCapture } from '../src/ingest/capture.ts'
import { rulesOf } from '../src/rules.ts'
import { governance } from '../src/watched.ts'
import { sendAs } from './support/second-guard.ts'
import { openStage, type Stage, type StagedNodes, startNodes, until } from './support/stage.ts'

type Rehearsed = Extract<Input, { kind: 'rehearsed' }>

const DAY_S = 86_400
const timelockAbi = parseAbi([
  'function schedule(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt, uint256 delay)',
  'function hashOperation(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt) view returns (bytes32)',
])

let stage: Stage
let node: StagedNodes
let captures: string
let operator: string
beforeAll(async () => {
  stage = await openStage()
  const { chainId } = stage.prepared.deployment
  const watch = stage.config.watch.map((watched) => {
    const rules = watched.rules as { readonly governance?: object }
    return rules.governance ? governance({ ...rules.governance, chainId, rehearse: { leadS: 3_600 } }) : watched
  })
  stage = { ...stage, config: { ...stage.config, watch, nodes: stage.config.nodes.slice(0, 1) } }
  captures = mkdtempSync(join(tmpdir(), 'firebreak-rehearsal-'))
  node = await startNodes(stage, { armed: false, captures })
  operator = stage.config.nodes[0]?.id ?? ''
})
afterAll(async () => {
  await node?.stop()
  await stage?.close()
  rmSync(captures, { recursive: true, force: true })
})

const entries = (kind: string) => (node.entries.get(operator) ?? []).filter((entry) => entry.kind === kind).map(({ body }) => body)
const rehearsed = () => entries('rehearsal') as Rehearsed[]
const harm = () => (entries('finding') as Finding[]).filter(({ detector }) => detector === 'queued-harm')
async function mineUntil(what: string, ask: () => boolean): Promise<void> {
  await until(what, async () => {
    if (ask()) return true
    await node.judged(await stage.mine())
    return ask()
  })
}

test('both operations of the lab are tried twice: one gives credit that no market bears, the other moves nothing that hurts', async () => {
  await mineUntil('four rehearsals', () => rehearsed().length >= 4)
  console.log(JSON.stringify(rehearsed(), null, 1).slice(0, 3000))
  console.log(harm().map((f) => `${f.severity} ${f.subject.kind} ${f.summary}`))
})
