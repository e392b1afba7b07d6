// Before any test: the contracts as TypeScript. What is up to date is not compiled again.
import { buildContracts } from '../scripts/build-contracts.mjs'

export default async function setup(): Promise<void> {
  await buildContracts()
}
