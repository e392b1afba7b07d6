// Two of three nodes are enough and one is not: each node has its own connection, store, world and key.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Anvil, startAnvil } from '../lab/anvil.ts'
import type { Decision, Hex } from '../src/core/flow.ts'
import { type Scripted, startScriptedRpc } from './support/scripted-rpc.ts'
import { openStage, type Stage, type StagedNodes, startNodes, until } from './support/stage.ts'

describe('a node that is cut off', () => {
  let stage: Stage
  let nodes: StagedNodes
  beforeAll(async () => {
    stage = await openStage()
    nodes = await startNodes(stage, { armed: true })
    await nodes.judged(stage.prepared.head.number)
  }, 120_000)
  afterAll(async () => {
    await nodes?.stop()
    await stage?.close()
  })

  const executions = async () => (await stage.guardEvents()).filter((e) => e.eventName === 'Executed').length

  test('two down: one node alone moves nothing', async () => {
    await stage.proxies[0]?.stop()
    await stage.proxies[1]?.stop()
    await stage.falsePrice()
    const evidence = await stage.mine()
    await nodes.judged(evidence, ['c'])
    await until('node c decides', () => (nodes.entries.get('c') ?? []).some((e) => e.kind === 'decision'))
    for (let i = 0; i < 3; i++) await nodes.judged(await stage.mine(), ['c'])
    expect(await executions()).toBe(0)
    expect((nodes.entries.get('c') ?? []).filter((e) => e.kind === 'certificate')).toEqual([])
  }, 120_000)

  test('one down: the others act, once', async () => {
    await stage.proxies[1]?.resume()
    await until(
      'the action is executed',
      async () => {
        await nodes.judged(await stage.mine(), ['c'])
        return (await executions()) > 0
      },
      40_000,
    )
    for (let i = 0; i < 3; i++) await nodes.judged(await stage.mine(), ['b', 'c'])
    expect(await executions()).toBe(1)
  }, 120_000)

  test('slow: a node that is late still follows and finds the same', async () => {
    await stage.proxies[0]?.resume()
    stage.proxies[0]?.setDelayMs(40)
    const head = await stage.mine()
    await nodes.judged(head)
    const findings = (id: string) => (nodes.entries.get(id) ?? []).filter((e) => e.kind === 'finding')
    const chain = (id: string) => findings(id).filter((e) => (e.body as { basis: string }).basis === 'chain')
    expect(chain('a').length).toBeGreaterThan(0)
    expect(chain('a').map((e) => (e.body as { id: string }).id)).toEqual(chain('c').map((e) => (e.body as { id: string }).id))
  }, 120_000)
})

/** Long enough for every outcome on a loaded machine: what differs is then the fault's doing, not the deadline's. */
const patient = (stage: Stage, rpcOf: (id: string) => string | undefined = () => undefined): Stage => {
  const nodes = stage.config.nodes.map((node) => ({ ...node, rpc: rpcOf(node.id) ?? node.rpc }))
  return { ...stage, config: { ...stage.config, simulationDeadlineMs: 5_000, nodes } }
}

/** Digests that a node has signed itself, and those that it has seen a quorum for. */
const signedBy = (nodes: StagedNodes, id: string): ReadonlySet<string> =>
  new Set(
    (nodes.entries.get(id) ?? [])
      .filter((e) => e.kind === 'approval' && (e.body as { own: boolean }).own)
      .map((e) => (e.body as { digest: string }).digest),
  )
const certifiedBy = (nodes: StagedNodes, id: string): readonly string[] =>
  (nodes.entries.get(id) ?? []).filter((e) => e.kind === 'certificate').map((e) => (e.body as { digest: string }).digest)

describe('one node is faulty, the others act without it', () => {
  let stage: Stage
  let nodes: StagedNodes | undefined
  const closing: (() => Promise<unknown>)[] = []
  beforeEach(async () => {
    stage = await openStage()
  }, 120_000)
  afterEach(async () => {
    await nodes?.stop()
    nodes = undefined
    for (const close of closing.splice(0)) await close()
    await stage?.close()
  })

  const executions = async () => (await stage.guardEvents()).filter((e) => e.eventName === 'Executed').length
  const start = async (rpcOf?: (id: string) => string | undefined): Promise<StagedNodes> => {
    const started = await startNodes(patient(stage, rpcOf), { armed: true })
    nodes = started
    return started
  }
  /** A false price, then blocks until the Guard has executed and three more, each judged by these nodes. */
  const attackUntilActedOn = async (started: StagedNodes, sound: readonly string[]): Promise<void> => {
    await started.judged(stage.prepared.head.number, sound)
    await stage.falsePrice()
    await started.judged(await stage.mine(), sound)
    await until(
      'the action is executed',
      async () => {
        await started.judged(await stage.mine(), sound)
        return (await executions()) > 0
      },
      45_000,
    )
    for (let i = 0; i < 3; i++) await started.judged(await stage.mine(), sound)
    expect(await executions()).toBe(1)
  }

  test('slow: its signatures come late or not at all, and are those of the others', async () => {
    const started = await start()
    await started.judged(stage.prepared.head.number)
    stage.proxies[0]?.setDelayMs(400)
    await attackUntilActedOn(started, ['b', 'c'])
    stage.proxies[0]?.setDelayMs(0)
    await started.judged(await stage.mine())
    for (const digest of signedBy(started, 'a')) expect([...signedBy(started, 'b'), ...signedBy(started, 'c')]).toContain(digest)
  }, 120_000)

  test('stopped: it signs nothing meanwhile, and wants no second action when it is back', async () => {
    const started = await start()
    await started.judged(stage.prepared.head.number)
    await stage.proxies[0]?.stop()
    await attackUntilActedOn(started, ['b', 'c'])
    expect(signedBy(started, 'a')).toEqual(new Set())
    await stage.proxies[0]?.resume()
    await started.judged(await stage.mine())
    // back again, it finds the action in force and wants no second one
    expect(await executions()).toBe(1)
  }, 120_000)

  test('ahead: it sees each block before the others, and what it signs they sign a block later', async () => {
    const lagging = await startScriptedRpc(async (method, params) => {
      if (method === 'eth_subscribe') return { error: { code: -32_601, message: 'the method eth_subscribe does not exist' } }
      const isHead = method === 'eth_getBlockByNumber' && params[0] === 'latest'
      const head = isHead ? Number(await stage.anvil.rpc.call<string>('eth_blockNumber')) : 0
      const given = isHead ? [`0x${(head - 1).toString(16)}`, ...params.slice(1)] : params
      return relayed(stage.anvil, method, given)
    })
    closing.push(() => lagging.close())
    const started = await start((id) => (id === 'a' ? undefined : lagging.ws))
    await started.judged(stage.prepared.head.number, ['a'])
    await stage.falsePrice()
    const evidence = await stage.mine()
    await started.judged(evidence, ['a'])
    await until('node a has signed', () => signedBy(started, 'a').size > 0)
    expect([signedBy(started, 'b').size, signedBy(started, 'c').size]).toEqual([0, 0])
    expect(await executions()).toBe(0)
    await until(
      'the action is executed',
      async () => {
        const head = await stage.mine()
        await started.judged(head, ['a'])
        await started.judged(head - 1, ['b', 'c'])
        return (await executions()) > 0
      },
      45_000,
    )
    for (let i = 0; i < 3; i++) await started.judged((await stage.mine()) - 1)
    expect(await executions()).toBe(1)
    for (const digest of signedBy(started, 'a')) expect([...signedBy(started, 'b'), ...signedBy(started, 'c')]).toContain(digest)
  }, 120_000)

  test('behind a gap: it shows later heads as provisional and signs nothing wide; with the block it stands where the others stand', async () => {
    let lost: Hex | undefined
    let gate = Promise.resolve()
    const gappy = await startScriptedRpc(async (method, params) => {
      if (method === 'eth_subscribe') return { error: { code: -32_601, message: 'the method eth_subscribe does not exist' } }
      await gate
      if (method === 'eth_getBlockReceipts' && params[0] === lost) return { result: null }
      return relayed(stage.anvil, method, params)
    })
    closing.push(() => gappy.close())
    const started = await start((id) => (id === 'b' ? gappy.ws : undefined))
    await started.judged(stage.prepared.head.number)
    // a block with logs, whose receipts are lost before node b can ask for them
    await stage.truePrice()
    let open = (): void => undefined
    gate = new Promise((opened) => {
      open = opened
    })
    const gap = await stage.mine()
    lost = (await stage.anvil.rpc.call<{ hash: Hex }>('eth_getBlockByNumber', [`0x${gap.toString(16)}`, false])).hash
    open()
    const of = (id: string, kind: string) => (started.entries.get(id) ?? []).filter((e) => e.kind === kind)
    await until('node b says that it is blind', () => of('b', 'blind').length > 0)
    await stage.falsePrice()
    const evidence = await stage.mine()
    const isProvisional = ({ body }: { readonly body: unknown }) => (body as { provisional: boolean }).provisional
    await until('node b sees the attack behind the gap', () => of('b', 'finding').some(isProvisional))
    await until('node a decides', () => of('a', 'decision').length > 0)
    expect(of('b', 'verdict').map(({ block }) => block)).not.toContain(evidence)
    // caps are all that it may sign for, and only if it came to decide by now
    const actions = of('b', 'decision').flatMap(({ body }) => (body as Decision).acceptable.map(({ action }) => action))
    expect(actions.filter((action) => action !== 'borrowCap' && action !== 'supplyCap')).toEqual([])
    lost = undefined
    const head = await stage.mine()
    await started.judged(head)
    const verdicts = (id: string) => of(id, 'verdict').map(({ body }) => body)
    expect(verdicts('b')).toEqual(verdicts('a'))
    expect((verdicts('b').at(-1) as { number: number }).number).toBe(head)
  }, 120_000)

  test('on another fork: an attack that it alone sees moves nothing; one that the others see is acted on without it', async () => {
    const { genesisTimeS, stateFile, head } = stage.prepared
    const fork = await startAnvil({ genesisTimeS, stateFile })
    closing.push(() => fork.stop())
    await fork.rpc.call('anvil_setCoinbase', [`0x${'f0'.padStart(40, '0')}`])
    await fork.rpc.call('evm_setNextBlockTimestamp', [head.timeS + 12])
    await fork.rpc.call('anvil_setBlockTimestampInterval', [12])
    const started = await start((id) => (id === 'a' ? `ws://127.0.0.1:${fork.port}` : undefined))
    await started.judged(head.number)
    // the lie is sent to the chain, and taken out of its pool again
    await stage.falsePrice()
    const { pending } = await stage.anvil.rpc.call<{ pending: Record<string, Record<string, { hash: Hex }>> }>('txpool_content')
    for (const { hash } of Object.values(pending).flatMap((byNonce) => Object.values(byNonce))) {
      const raw = await stage.anvil.rpc.call<Hex>('eth_getRawTransactionByHash', [hash])
      await fork.rpc.call('eth_sendRawTransaction', [raw])
    }
    await stage.anvil.rpc.call('anvil_dropAllTransactions')
    stage.rewind()
    for (let i = 0; i < 3; i++) {
      await fork.rpc.call('anvil_mine', ['0x1'])
      await started.judged(await stage.mine())
    }
    await until('node a has signed on its fork', () => signedBy(started, 'a').size > 0)
    for (const id of ['b', 'c']) expect(signedBy(started, id)).toEqual(new Set())
    for (const id of ['a', 'b', 'c']) expect(certifiedBy(started, id)).toEqual([])

    await attackUntilActedOn(started, ['b', 'c'])
    const digests = new Set([...signedBy(started, 'b'), ...signedBy(started, 'c')])
    for (const digest of certifiedBy(started, 'b').concat(certifiedBy(started, 'c'))) expect(digests).toContain(digest)
  }, 120_000)
})

/** The chain's own answer, errors too. */
async function relayed({ url }: Anvil, method: string, params: readonly unknown[]): Promise<Scripted> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { result, error } = (await answer.json()) as { readonly result?: unknown; readonly error?: unknown }
  return error === undefined ? { result: result ?? null } : { error }
}
