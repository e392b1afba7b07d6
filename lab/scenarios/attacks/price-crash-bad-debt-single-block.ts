// The crash as one gap: the bad debt is there at once, and nobody outside the chain can answer before it.
import { priceCrashBadDebtAs } from './price-crash-bad-debt.ts'

export const priceCrashBadDebtSingleBlock = priceCrashBadDebtAs({
  id: 'price-crash-bad-debt-single-block',
  title: 'The market falls by half in one block while liquidators are out',
  atOnce: true,
})
