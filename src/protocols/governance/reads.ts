// What is asked of a block: all of a contract that is new to us, later one contract in turn and those that spoke. So a silent change is found.
import type { Call, Hex, Log } from '../../core/flow.ts'
import { callOf, hex32 } from '../../core/words.ts'
import { roleKey } from '../../state/authority.ts'
import { logsOf } from '../../state/logs-of.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import { VIEW } from './abi.ts'
import { type Contract, type Fact, isExecutorKind, roleAdminFact } from './contracts.ts'
import { decodeGovernanceLog } from './decode.ts'
import { isThere, showsItself } from './facts.ts'

export interface Asked {
  readonly number: number
  readonly logs: readonly Log[]
}

export const hasRoleCall = (contract: Hex, role: Hex, holder: Hex): Call => callOf(contract, VIEW.hasRole, BigInt(role), BigInt(holder))

export function governanceReads(world: World, contracts: readonly Contract[], block: Asked, answers: Answers): readonly Call[] {
  const wanted: Call[] = []
  for (const contract of contracts) {
    for (const { call } of factsAsked(world, contracts, contract, block)) wanted.push(call)
    for (const { call } of rolesAsked(world, contracts, contract, answers)) wanted.push(call)
  }
  return answers.missing(wanted)
}

/** Facts of the contract that are asked in this block. */
export function factsAsked(world: World, contracts: readonly Contract[], contract: Contract, { number, logs }: Asked): readonly Fact[] {
  const asking = contracts.filter(({ facts }) => facts.length > 0)
  const spoke = logsOf(logs, contract.address)
  const isAsked = !isThere(world, contract) || spoke.length > 0 || asking[number % asking.length] === contract
  return isAsked ? [...contract.facts, ...newRoles(world, contract, spoke)] : []
}

/** Roles that somebody was given and that the config doesn't name: who may give them is not known yet. */
function newRoles(world: World, contract: Contract, logs: readonly Log[]): readonly Fact[] {
  const found = new Set<Hex>()
  for (const log of logs) {
    const event = decodeGovernanceLog(contract, log)
    if (event?.kind !== 'granted') continue
    const role = hex32(event.role)
    if (!contract.roles.includes(role) && world.roles.find(roleKey(contract.address, role)) === undefined) found.add(role)
  }
  return [...found].map((role) => roleAdminFact(contract.address, role))
}

/** At first sight of roles: which of them executors have, since what was granted before we looked no event will tell. */
export function rolesAsked(
  world: World,
  contracts: readonly Contract[],
  contract: Contract,
  answers: Answers,
): readonly { readonly role: Hex; readonly holder: Hex; readonly call: Call }[] {
  if (contract.roles.length === 0 || isThere(world, contract) || !showsItself(contract, answers)) return []
  const holders = contracts.filter(isExecutorKind).map(({ address }) => address)
  return contract.roles.flatMap((role) => holders.map((holder) => ({ role, holder, call: hasRoleCall(contract.address, role, holder) })))
}
