# Prints the reference values of src/core/black-scholes.test.ts: python3 scripts/reference/options.py (numpy and scipy; run with scipy 1.x).
import numpy as np
from scipy.stats import norm

print("PHI")
for z in [-36, -12, -7.08, -7.07, -4.5, -1, -0.1, 0, 0.3, 2.5, 8]:
    print(f"  [{z}, {norm.cdf(z)!r}],".replace("np.float64(", "").replace(")]", "]"))

print("OPTIONS")
for s, k, vol, days, r in [
    (1800, 1800, 0.8, 7, 0.05),
    (1800, 2200, 0.75, 28, 0.05),
    (1800, 1500, 0.75, 28, 0.05),
    (1742.01337, 2000, 1.0, 30, 0.05),
    (100, 100, 0.2, 365, 0.0),
    (1800, 3600, 0.5, 3, 0.05),
    (1800, 900, 2.5, 1, -0.02),
    (0.000025, 0.00003, 1.4, 90, 0.03),
]:
    t = days / 365
    d1 = (np.log(s / k) + (r + vol * vol / 2) * t) / (vol * np.sqrt(t))
    d2 = d1 - vol * np.sqrt(t)
    call = s * norm.cdf(d1) - k * np.exp(-r * t) * norm.cdf(d2)
    put = k * np.exp(-r * t) * norm.cdf(-d2) - s * norm.cdf(-d1)
    row = [float(x) for x in (s, k, vol, days, r, call, put, norm.cdf(d1), s * np.sqrt(t) * norm.pdf(d1))]
    print(f"  {row},")
