// What is known of a contract, where it stands in the tables, and what its answers say now.
import type { Hex } from '../../core/flow.ts'
import { addressWord, wordAt } from '../../core/words.ts'
import { roleKey } from '../../state/authority.ts'
import type { Answers } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'
import type { U32Column } from '../../store/column.ts'
import type { Contract, Fact, FactName, Place } from './contracts.ts'
import { address, seconds } from './decode.ts'

/** Of a row of `governed`: which facts are known, since 0 is a value too; and whether the contract is there. */
const BIT: Readonly<Record<FactName | 'there', number>> = { owner: 1, implementation: 2, proxyAdmin: 4, delay: 8, there: 16 }
const LOW_ADDRESS = (1n << 160n) - 1n

const known = (world: World): U32Column => world.store.column('governance.known', 'u32')
const has = (world: World, row: number, what: FactName | 'there'): boolean => (known(world).get(row) & BIT[what]) !== 0
const mark = (world: World, row: number, what: FactName | 'there'): void => known(world).set(row, known(world).get(row) | BIT[what])

/** Did we ever see the contract itself? Before its deployment there is nothing to be changed. */
export function isThere(world: World, contract: Contract): boolean {
  const row = world.governed.find(contract.address)
  return row !== undefined && has(world, row, 'there')
}
export const seen = (world: World, row: number): void => mark(world, row, 'there')

/** undefined: not asked, reverted, nobody there, or no value of this kind. */
export function answerOf(fact: Fact, answers: Answers): bigint | undefined {
  const word = wordAt(answers.get(fact.call), 0)
  if (word === undefined) return undefined
  switch (fact.name) {
    case 'owner':
      return address(word)
    case 'delay':
      return seconds(word)
    case 'implementation':
    case 'proxyAdmin':
      return word & LOW_ADDRESS
    case 'roleAdmin':
      return word
  }
}

/** Storage answers for nobody too, with 0: only an implementation or a view shows that somebody is there. */
export const showsItself = ({ facts }: Contract, answers: Answers): boolean =>
  facts.some((fact) => {
    const value = answerOf(fact, answers)
    return fact.name === 'implementation' || fact.name === 'proxyAdmin' ? value !== undefined && value !== 0n : value !== undefined
  })

export function knownOf(world: World, contract: Hex, fact: Place): bigint | undefined {
  if (fact.name === 'roleAdmin') {
    const row = world.roles.find(roleKey(contract, fact.role))
    return row === undefined ? undefined : world.roles.columns.admin.get(row)
  }
  const row = world.governed.find(contract)
  if (row === undefined || !has(world, row, fact.name)) return undefined
  const { columns } = world.governed
  return fact.name === 'delay' ? BigInt(columns.delayS.get(row)) : columns[fact.name].get(row)
}

export function know(world: World, contract: Hex, fact: Place, value: bigint): void {
  if (fact.name === 'roleAdmin') {
    const row = world.roles.rowOf(roleKey(contract, fact.role))
    const { columns } = world.roles
    columns.contract.set(row, addressWord(contract))
    columns.role.set(row, BigInt(fact.role))
    columns.admin.set(row, value)
    return
  }
  const row = world.governed.rowOf(contract)
  const { columns } = world.governed
  if (fact.name === 'delay') columns.delayS.set(row, Number(value))
  else columns[fact.name].set(row, value)
  mark(world, row, fact.name)
}
