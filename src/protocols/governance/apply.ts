// How a block changes who may do what: what went through executors, then what the contracts said, then what they didn't say.
import type { BlockInput, Log } from '../../core/flow.ts'
import { addressOf, addressWord, hex32, wordAt } from '../../core/words.ts'
import { isGovernedTx } from '../../state/authority.ts'
import type { Answers } from '../../state/protocol.ts'
import { CHANGE } from '../../state/tables.ts'
import type { World } from '../../state/world.ts'
import { notice, remember, writeChange } from './changes.ts'
import { type Contract, isExecutorKind } from './contracts.ts'
import { decodeGovernanceLog, type GovernanceEvent } from './decode.ts'
import { answerOf, isThere, seen, showsItself } from './facts.ts'
import { factsAsked, rolesAsked } from './reads.ts'

/** `founding`: what happens in this block is what governance begins with, whoever sent it. */
export function applyGovernance(
  world: World,
  contracts: readonly Contract[],
  block: BlockInput,
  answers: Answers,
  founding: boolean,
): void {
  // what is asked is a question to the world before the block, as it was when it was asked
  const asked = contracts.map((contract) => ({
    contract,
    facts: factsAsked(world, contracts, contract, block),
    roles: rolesAsked(world, contracts, contract, answers),
  }))
  for (const contract of contracts) register(world, contract)
  const byAddress = new Map(contracts.map((contract) => [contract.address, contract]))
  const events = block.logs.flatMap((log) => {
    const contract = byAddress.get(log.address)
    const event = contract && decodeGovernanceLog(contract, log)
    return event ? [{ contract, log, event }] : []
  })
  for (const { contract, log, event } of events) if (event.kind === 'execution') execute(world, contract, log.txIndex)
  if (founding) for (const txIndex of new Set(block.logs.map((log) => log.txIndex))) executed(world, txIndex, 0n, false)
  for (const { contract, log, event } of events) applyEvent(world, contract, log, event, block, founding)
  for (const { contract, facts, roles } of asked) {
    const shows = showsItself(contract, answers)
    // before its deployment a contract's storage says 0, which is no fact
    const there = shows || isThere(world, contract) || events.some((one) => one.contract === contract)
    for (const fact of facts) {
      const value = answerOf(fact, answers)
      if (value !== undefined && there) notice(world, contract.address, fact, undefined, value, founding || silently(world))
    }
    for (const { role, holder, call } of roles) {
      const has = wordAt(answers.get(call), 0)
      if (has !== undefined) remember(world, contract.address, BigInt(role), addressWord(holder), has !== 0n, undefined)
    }
    if (shows) seen(world, world.governed.rowOf(contract.address))
  }
}

function register(world: World, contract: Contract): void {
  if (world.governed.find(contract.address) !== undefined) return
  const row = world.governed.rowOf(contract.address)
  const { columns } = world.governed
  columns.chainId.set(row, world.chainId)
  columns.contract.set(row, addressWord(contract.address))
  columns.executor.set(row, isExecutorKind(contract) ? 1 : 0)
  columns.own.set(row, contract.kinds.has('own') ? 1 : 0)
}

/** Once a transaction and executor. */
const execute = (world: World, contract: Contract, txIndex: number): void =>
  executed(world, txIndex, addressWord(contract.address), contract.kinds.has('own'))

function executed(world: World, txIndex: number, executor: bigint, own: boolean): void {
  const { executions } = world
  for (let row = 0; row < executions.count; row++)
    if (executions.columns.txIndex.get(row) === txIndex && executions.columns.executor.get(row) === executor) return
  const row = executions.append()
  executions.columns.txIndex.set(row, txIndex)
  executions.columns.executor.set(row, executor)
  executions.columns.own.set(row, own ? 1 : 0)
}

function applyEvent(
  world: World,
  { address }: Contract,
  { txIndex }: Log,
  event: GovernanceEvent,
  block: BlockInput,
  founding: boolean,
): void {
  switch (event.kind) {
    case 'execution':
      return
    case 'granted':
    case 'revoked': {
      const given = event.kind === 'granted'
      const changed = remember(world, address, event.role, event.holder, given, block)
      if (given && !changed) return
      // whoever carries an approved call in a transaction of their own must not pass their own grant off as approved too
      const bySender = isGovernedTx(world, txIndex) !== 'no' && world.governed.find(addressOf(event.sender)) !== undefined
      const governed = founding || bySender
      const [before, after] = given ? [0n, event.holder] : [event.holder, 0n]
      const change = given ? CHANGE.roleGranted : CHANGE.roleRevoked
      writeChange(world, address, { change, governed, loosens: given, role: event.role, before, after })
      return
    }
    case 'roleAdmin':
      notice(world, address, { name: 'roleAdmin', role: hex32(event.role) }, event.before, event.after, throughPeople(world, txIndex))
      return
    case 'fact':
      // an event that has no value before, or 0, at a contract that is new to us, is its construction
      notice(world, address, event, event.before || undefined, event.after, throughPeople(world, txIndex))
      return
  }
}

/** Our Guard has no power over owners, code, delays and roles' admins: that its call stands in the transaction excuses nothing. */
const throughPeople = (world: World, txIndex: number): boolean => isGovernedTx(world, txIndex) === 'human'

/** Found by reading, without an event: the transaction isn't known, so any execution of people's in the block may be it. */
function silently(world: World): boolean {
  const { columns, count } = world.executions
  for (let row = 0; row < count; row++) if (columns.own.get(row) === 0) return true
  return false
}
