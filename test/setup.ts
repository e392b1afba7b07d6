// Before any test: the contracts as TypeScript and the lab's prepared state, once for all workers. What is up to date is not built again.
import { buildContracts } from '../scripts/build-contracts.mjs'

export default async function setup(): Promise<void> {
  await buildContracts()
  const { preparedState } = await import('../lab/prepared.ts')
  await preparedState({ log: console.log })
}
