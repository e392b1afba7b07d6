// The pump with everything in one block: over before anybody outside the chain can answer.
import { thinCollateralAs } from './thin-collateral.ts'

export const thinCollateralSingleBlock = thinCollateralAs({
  id: 'thin-collateral-single-block',
  title: 'THIN pumped, reported and borrowed against in one block',
  atOnce: true,
})
