# Writes the CSV files beside this script, from any folder: Rscript tests/reference/make_reference.R
# Base R and the survival package only; every number has 17 significant digits.
suppressPackageStartupMessages(library(survival))
options(digits = 17, warn = -1)
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))

write_exactly <- function(rows, name) {
  column <- function(name) unlist(lapply(rows, `[[`, name))
  rows <- as.data.frame(sapply(names(rows[[1]]), column, simplify = FALSE))
  number <- sapply(rows, is.double)
  rows[number] <- lapply(rows[number], function(x) ifelse(is.na(x), "", sprintf("%.17g", x)))
  write.csv(rows, file.path(here, name), row.names = FALSE, quote = FALSE, na = "")
}

# One proportion. The article's denominators are 33 and 35.
tails <- function(x, n, level, side) if (side == "two") (1 - level) / 2 else 1 - level
keep_side <- function(limits, side) {
  c(if (side == "upper") 0 else limits[1], if (side == "lower") 1 else limits[2])
}
limits_of <- list(
  "wilson" = function(x, n, level, side) {
    alternative <- c(two = "two.sided", lower = "greater", upper = "less")[[side]]
    prop.test(x, n, conf.level = level, alternative = alternative, correct = FALSE)$conf.int
  },
  # with no p given prop.test corrects by min(0.5, |x - n/2|); a p away from x/n keeps 0.5
  "wilson-cc" = function(x, n, level, side) {
    alternative <- c(two = "two.sided", lower = "greater", upper = "less")[[side]]
    away <- if (x * 2 > n) 1e-9 else 1 - 1e-9
    prop.test(x, n, p = away, conf.level = level, alternative = alternative)$conf.int
  },
  "clopper-pearson" = function(x, n, level, side) {
    alternative <- c(two = "two.sided", lower = "greater", upper = "less")[[side]]
    binom.test(x, n, conf.level = level, alternative = alternative)$conf.int
  },
  "jeffreys" = function(x, n, level, side) {
    tail <- tails(x, n, level, side)
    keep_side(c(if (x == 0) 0 else qbeta(tail, x + 0.5, n - x + 0.5),
                if (x == n) 1 else qbeta(tail, x + 0.5, n - x + 0.5, lower.tail = FALSE)), side)
  }
)
sizes <- list(c(0:35, 35), c(0:33, 33), 0:1, 0:2, 0:10, c(0, 1, 17, 50, 99, 100), c(0, 3, 500, 1000))
names(sizes) <- c(35, 33, 1, 2, 10, 100, 1000)
rows <- list()
for (n in names(sizes)) for (x in unique(sizes[[n]])) for (level in c(0.9, 0.95, 0.99)) {
  for (side in c("two", "lower", "upper")) for (method in names(limits_of)) {
    limits <- limits_of[[method]](x, as.integer(n), level, side)
    rows[[length(rows) + 1]] <- list(
      k = as.integer(x), n = as.integer(n), level = as.character(level), sided = side,
      method = method, lower = limits[1], upper = limits[2])
  }
}
write_exactly(rows, "proportions.csv")

rows <- list()
for (n in c(1, 10, 35, 400)) for (x in unique(round(seq(0, n, length.out = 8)))) {
  for (p in c(0, 0.1, 0.37, 0.5, 0.9, 1)) for (alternative in c("two.sided", "less", "greater")) {
    test <- binom.test(x, n, p, alternative = alternative)
    rows[[length(rows) + 1]] <- list(
      k = as.integer(x), n = as.integer(n), p0 = as.character(p),
      alternative = sub("\\.", "-", alternative), p_value = as.double(test$p.value))
  }
}
write_exactly(rows, "exact_binomial.csv")

# One proportion against a fixed rate, by the tests that R has and by their definitions.
rates <- list(c(8, 35, 0.37), c(0, 35, 0.1), c(19, 35, 0.14), c(3, 35, 0.05), c(20, 20, 0.9), c(5, 10, 0.5))
rows <- list()
for (r in rates) for (alternative in c("two.sided", "less", "greater")) {
  k <- r[1]; n <- r[2]; p0 <- r[3]
  exact <- binom.test(k, n, p0, alternative)$p.value
  score <- suppressWarnings(prop.test(k, n, p0, alternative, correct = FALSE)$p.value)
  z <- (k / n - p0) / sqrt(k / n * (1 - k / n) / n)
  wald <- switch(alternative, two.sided = 2 * pnorm(-abs(z)), less = pnorm(z), greater = pnorm(-z))
  corrected <- suppressWarnings(prop.test(k, n, p0, alternative)$p.value)
  p <- c(exact, exact - dbinom(k, n, p0) / 2, score, if (is.finite(z)) wald else NaN, corrected)
  method <- c("exact-binomial", "binomial-mid-p", "binomial-score", "binomial-wald", "binomial-score-cc")
  if (alternative == "two.sided") {  # SAS doubles the smaller tail
    tail <- min(pbinom(k, n, p0), pbinom(k - 1, n, p0, lower.tail = FALSE))
    p <- c(p, min(2 * tail, 1), min(2 * tail - dbinom(k, n, p0), 1))
    method <- c(method, "exact-binomial-doubled", "binomial-mid-p-doubled")
  }
  rows[[length(rows) + 1]] <- data.frame(
    k = as.integer(k), n = as.integer(n), p0 = as.character(p0),
    alternative = sub("\\.", "-", alternative), method = method, p_value = p)
}
write_exactly(rows, "fixed_rate.csv")

# Two proportions: one row per group. The first tables are the article's comparison by blasts.
tables <- list(
  c(16, 6, 2, 9), c(16, 6, 3, 8), c(2, 9, 16, 6), c(3, 1, 1, 3), c(1, 33, 7, 27), c(5, 5, 5, 5),
  c(0, 35, 1, 34), c(0, 10, 10, 0), c(10, 0, 0, 10), c(1, 0, 0, 1), c(7, 8, 12, 3),
  c(28, 5, 30, 5), c(8, 27, 120, 80), c(250, 750, 310, 690), c(499, 501, 500, 500), c(2, 998, 3, 997),
  c(0, 12, 0, 9), c(12, 0, 9, 0), c(0, 0, 4, 5), c(4, 5, 0, 0), c(0, 0, 0, 7)
)
mid_p <- function(t, alternative) {
  d <- dhyper(0:sum(t[, 1]), sum(t[1, ]), sum(t[2, ]), sum(t[, 1]))
  seen <- d[t[1, 1] + 1]
  x <- 0:sum(t[, 1])
  if (alternative == "less") return(sum(d[x < t[1, 1]]) + seen / 2)
  if (alternative == "greater") return(sum(d[x > t[1, 1]]) + seen / 2)
  alike <- abs(d / seen - 1) < 1e-7
  sum(d[d < seen & !alike]) + sum(d[alike]) / 2
}
two_sided_only <- function(p, alternative) if (alternative == "two.sided") p() else NULL
score <- function(t, alternative, correct) {
  if (any(rowSums(t) == 0)) return(NaN)  # prop.test refuses an empty group
  prop.test(t, alternative = alternative, correct = correct)$p.value
}
p_of <- list(
  "fisher" = function(t, alt) fisher.test(t, alternative = alt)$p.value,
  "chi2" = function(t, alt) {
    if (alt == "two.sided") chisq.test(t, correct = FALSE)$p.value else score(t, alt, FALSE)
  },
  "chi2-yates" = function(t, alt) {
    if (alt == "two.sided") chisq.test(t, correct = TRUE)$p.value else score(t, alt, TRUE)
  },
  "chi2-n-1" = function(t, alt) {
    p <- if (alt == "two.sided") chisq.test(t, correct = FALSE)$p.value else score(t, alt, FALSE)
    shrink <- sqrt((sum(t) - 1) / sum(t))
    switch(alt, two.sided = 2 * pnorm(shrink * qnorm(p / 2)), less = pnorm(shrink * qnorm(p)),
           greater = pnorm(shrink * qnorm(p, lower.tail = FALSE), lower.tail = FALSE))
  },
  "g" = function(t, alt) {
    if (alt != "two.sided") return(NULL)
    if (any(rowSums(t) == 0) || any(colSums(t) == 0)) return(NaN)
    pchisq(loglin(t, list(1, 2), print = FALSE)$lrt, 1, lower.tail = FALSE)
  },
  "mid-p" = function(t, alt) {
    if (any(rowSums(t) == 0) || any(colSums(t) == 0)) return(NaN)
    mid_p(t, alt)
  },
  "fisher-doubled" = function(t, alt) {
    if (alt != "two.sided") return(NULL)
    side <- function(alt) fisher.test(t, alternative = alt)$p.value
    min(2 * side("less"), 2 * side("greater"), 1)
  },
  "mid-p-doubled" = function(t, alt) {
    if (alt != "two.sided") return(NULL)
    if (any(rowSums(t) == 0) || any(colSums(t) == 0)) return(NaN)
    min(2 * mid_p(t, "less"), 2 * mid_p(t, "greater"), 1)
  },
  "mcnemar" = function(t, alt) {
    if (alt == "two.sided") mcnemar.test(t, correct = FALSE)$p.value else NULL
  },
  "mcnemar-cc" = function(t, alt) {
    if (alt == "two.sided") mcnemar.test(t, correct = TRUE)$p.value else NULL
  },
  "mcnemar-exact" = function(t, alt) {
    discordant <- t[1, 2] + t[2, 1]
    if (discordant == 0) return(NaN)
    binom.test(t[1, 2], discordant, alternative = alt)$p.value
  }
)
rows <- list()
for (cells in tables) for (method in names(p_of)) for (alt in c("two.sided", "less", "greater")) {
  p <- p_of[[method]](matrix(cells, 2, byrow = TRUE), alt)
  if (!is.null(p)) rows[[length(rows) + 1]] <- list(
    a = as.integer(cells[1]), b = as.integer(cells[2]), c = as.integer(cells[3]),
    d = as.integer(cells[4]), method = method, alternative = sub("\\.", "-", alt),
    p_value = as.double(p))
}
write_exactly(rows, "contingency.csv")

# Effects of two proportions. prop.test and fisher.test where R has the method (fisher.test looks for its
# limits to four digits only, so they are looked for again); else the definition, with every restricted
# estimate found by maximizing the likelihood.
root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-14, maxiter = 10000)$root
log_likelihood <- function(x, n, p) sum(dbinom(x, n, pmin(pmax(p, 0), 1), log = TRUE))
most_likely <- function(x, n, second_to_first, low, high) {
  optimize(function(p) log_likelihood(x, n, c(second_to_first(p), p)), c(low, high),
           maximum = TRUE, tol = 1e-12)$maximum
}
score_of <- function(x, n, gap, first, low, high, weight) {
  r2 <- most_likely(x, n, first, low, high)
  r1 <- first(r2)
  gap / sqrt(r1 * (1 - r1) / n[1] + weight^2 * r2 * (1 - r2) / n[2])
}
conditional <- function(x, n, log_odds) {  # noncentral hypergeometric chances of the first cell
  events <- sum(x)
  at <- max(0, events - n[2]):min(n[1], events)
  d <- dhyper(at, n[1], n[2], events, log = TRUE) + at * log_odds
  d <- exp(d - max(d))
  list(at = at, d = d / sum(d))
}
below <- function(x, n, log_odds, part) {
  chances <- conditional(x, n, log_odds)
  sum(chances$d[chances$at < x[1]]) + part * sum(chances$d[chances$at == x[1]])
}
score_limits <- function(x, n, z, shrink) {
  p <- x / n
  score <- function(d) shrink *
    score_of(x, n, p[1] - p[2] - d, function(r) r + d, max(0, -d), min(1, 1 - d), 1)
  c(p[1] - p[2], sapply(c(z, -z), function(end) root(function(d) score(d) - end, -1 + 1e-9, 1 - 1e-9)))
}
effect_of <- list(
  "difference wald" = function(x, n, z) {
    c(diff(rev(x / n)), prop.test(x, n, correct = FALSE, conf.level = 2 * pnorm(z) - 1)$conf.int)
  },
  "difference newcombe" = function(x, n, z) {
    w <- sapply(1:2, function(i) prop.test(x[i], n[i], correct = FALSE, conf.level = 2 * pnorm(z) - 1)$conf.int)
    p <- x / n
    p[1] - p[2] + c(0, -sqrt((p[1] - w[1, 1])^2 + (w[2, 2] - p[2])^2), sqrt((w[2, 1] - p[1])^2 + (p[2] - w[1, 2])^2))
  },
  "difference newcombe-cc" = function(x, n, z) {
    w <- sapply(1:2, function(i) prop.test(x[i], n[i], conf.level = 2 * pnorm(z) - 1)$conf.int)
    p <- x / n
    p[1] - p[2] + c(0, -sqrt((p[1] - w[1, 1])^2 + (w[2, 2] - p[2])^2), sqrt((w[2, 1] - p[1])^2 + (p[2] - w[1, 2])^2))
  },
  "difference wald-cc" = function(x, n, z) {
    plain <- prop.test(x, n, correct = FALSE, conf.level = 2 * pnorm(z) - 1)$conf.int
    c(diff(rev(x / n)), pmin(pmax(plain + c(-1, 1) * mean(1 / n), -1), 1))
  },
  "difference wald-yates" = function(x, n, z) {
    c(diff(rev(x / n)), prop.test(x, n, conf.level = 2 * pnorm(z) - 1)$conf.int)
  },
  "difference hauck-anderson" = function(x, n, z) {
    p <- x / n
    reach <- 1 / (2 * min(n)) + z * sqrt(sum(p * (1 - p) / (n - 1)))
    c(p[1] - p[2], pmin(pmax(p[1] - p[2] + c(-reach, reach), -1), 1))
  },
  "difference mee" = function(x, n, z) score_limits(x, n, z, 1),
  "difference miettinen-nurminen" = function(x, n, z) score_limits(x, n, z, sqrt((sum(n) - 1) / sum(n))),
  "difference agresti-caffo" = function(x, n, z) {
    p <- (x + 1) / (n + 2)
    c(diff(rev(x / n)), p[1] - p[2] + c(-z, z) * sqrt(sum(p * (1 - p) / (n + 2))))
  },
  "odds_ratio woolf" = function(x, n, z) {
    fit <- glm(cbind(x, n - x) ~ c(1, 0), family = binomial, epsilon = 1e-14)
    exp(coef(fit)[2] + c(0, -z, z) * sqrt(vcov(fit)[2, 2]))
  },
  "odds_ratio profile" = function(x, n, z) {
    best <- glm(cbind(x, n - x) ~ c(1, 0), family = binomial, epsilon = 1e-14)
    rise <- function(l) deviance(glm(cbind(x, n - x) ~ 1, offset = c(l, 0), family = binomial, epsilon = 1e-14)) -
      deviance(best) - z^2
    middle <- coef(best)[2]
    exp(c(middle, root(rise, middle - 20, middle), root(rise, middle, middle + 20)))
  },
  "odds_ratio cornfield" = function(x, n, z) {
    cells <- function(a) c(a, n[1] - a, sum(x) - a, n[2] - sum(x) + a)
    ends <- c(max(0, sum(x) - n[2]), min(n[1], sum(x))) + c(1e-9, -1e-9)
    limit <- function(end) {
      a <- root(function(a) (x[1] - a) * sqrt(sum(1 / cells(a))) - end, ends[1], ends[2])
      cells(a)[1] * cells(a)[4] / (cells(a)[2] * cells(a)[3])
    }
    c(x[1] * (n[2] - x[2]) / (x[2] * (n[1] - x[1])), limit(z), limit(-z))
  },
  "odds_ratio fisher-exact" = function(x, n, z) {
    tail <- pnorm(-z)
    found <- exp(c(
      root(function(l) with(conditional(x, n, l), sum(at * d)) - x[1], -20, 20),
      root(function(l) below(x, n, l, 0) - (1 - tail), -20, 20),
      root(function(l) below(x, n, l, 1) - tail, -20, 20)))
    test <- fisher.test(cbind(x, n - x), conf.level = 1 - 2 * tail)
    near <- function(x) pmin(x, 1 / x)
    stopifnot(abs(near(found) - near(c(test$estimate, test$conf.int))) < 2e-4)
    found
  },
  "odds_ratio mid-p" = function(x, n, z) {
    exp(sapply(c(0.5, pnorm(z), pnorm(-z)), function(end) root(function(l) below(x, n, l, 0.5) - end, -20, 20)))
  },
  "risk_ratio katz" = function(x, n, z) {
    p <- x / n
    p[1] / p[2] * exp(c(0, -z, z) * sqrt(sum((1 - p) / x)))
  },
  "risk_ratio koopman" = function(x, n, z) {
    p <- x / n
    score <- function(l) score_of(x, n, p[1] - exp(l) * p[2], function(r) exp(l) * r, 0, min(1, exp(-l)), exp(l))
    c(p[1] / p[2], exp(sapply(c(z, -z), function(end) root(function(l) score(l) - end, -8, 8))))
  }
)
pairs <- list(c(18, 30, 9, 30), c(56, 70, 48, 80), c(9, 10, 3, 10), c(5, 56, 1, 29), c(16, 22, 2, 11),
              c(120, 400, 90, 410), c(3, 250, 12, 245))
rows <- list()
for (cells in pairs) for (name in names(effect_of)) for (level in c(0.9, 0.95)) {
  found <- as.double(effect_of[[name]](cells[c(1, 3)], cells[c(2, 4)], qnorm((1 + level) / 2)))
  rows[[length(rows) + 1]] <- list(
    effect = sub(" .*", "", name), method = sub(".* ", "", name), k1 = as.integer(cells[1]),
    n1 = as.integer(cells[2]), k2 = as.integer(cells[3]), n2 = as.integer(cells[4]),
    level = as.character(level), estimate = found[1], lower = found[2], upper = found[3])
}
write_exactly(rows, "effects.csv")

# Tables of more than two rows or columns, and trends.
large <- list(
  "3x2" = matrix(c(10, 20, 15, 15, 5, 25), 3, byrow = TRUE),
  "2x3" = matrix(c(3, 9, 4, 8, 5, 2), 2, byrow = TRUE),
  "3x3" = matrix(c(3, 0, 4, 2, 5, 1, 1, 2, 6), 3, byrow = TRUE),
  "4x2" = matrix(c(83, 3, 90, 3, 129, 7, 70, 12), 4, byrow = TRUE),
  "2x5" = matrix(c(40, 21, 7, 3, 0, 35, 26, 9, 1, 2), 2, byrow = TRUE)
)
rows <- list()
for (name in names(large)) {
  t <- large[[name]]
  p <- c(chi2 = chisq.test(t, correct = FALSE)$p.value,
         g = pchisq(loglin(t, list(1, 2), print = FALSE)$lrt, prod(dim(t) - 1), lower.tail = FALSE),
         fisher = fisher.test(t, workspace = 2e7)$p.value,
         "kruskal-wallis" = kruskal.test(lapply(1:nrow(t), function(i) rep(1:ncol(t), t[i, ])))$p.value)
  groups <- if (nrow(t) == 2) t(t) else t
  if (ncol(groups) == 2) p[["trend"]] <- prop.trend.test(groups[, 1], rowSums(groups))$p.value
  for (method in names(p)) rows[[length(rows) + 1]] <- list(
    rows = nrow(t), cells = paste(t(t), collapse = " "), method = method, p_value = p[[method]])
}
write_exactly(rows, "tables.csv")

# Means: values are drawn, summarized and tested; and rates of events per person-time.
set.seed(20240917)
rows <- list()
for (sizes in list(c(12, 15), c(40, 38), c(9, 30), c(10, 11, 14), c(30, 25, 41, 8))) {
  values <- lapply(seq_along(sizes), function(i) rnorm(sizes[i], 50 + 2 * i, 8 + i))
  long <- data.frame(y = unlist(values), g = factor(rep(seq_along(sizes), sizes)))
  p <- c(anova = oneway.test(y ~ g, long, var.equal = TRUE)$p.value)
  if (length(sizes) == 2) {
    p[["student"]] <- t.test(values[[1]], values[[2]], var.equal = TRUE)$p.value
    p[["welch"]] <- t.test(values[[1]], values[[2]])$p.value
  }
  for (method in names(p)) rows[[length(rows) + 1]] <- list(
    means = paste(sprintf("%.17g", sapply(values, mean)), collapse = " "),
    sds = paste(sprintf("%.17g", sapply(values, sd)), collapse = " "),
    sizes = paste(sizes, collapse = " "), method = method, p_value = p[[method]])
}
write_exactly(rows, "means.csv")
rows <- list()
for (d in c(0, 1, 2, 12, 57, 240)) for (level in c(0.9, 0.95)) {
  z <- qnorm((1 + level) / 2)
  exact <- poisson.test(d, 340.5, conf.level = level)$conf.int
  below <- function(m) ppois(d, m) - dpois(d, m) / 2
  root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-13, maxiter = 10000)$root
  limits <- list(
    "poisson-exact" = exact * 340.5,
    "poisson-log" = if (d) d * exp(c(-z, z) / sqrt(d)) else c(NA, NA),
    "poisson-mid-p" = c(if (d) root(function(m) below(m) - pnorm(z), 1e-9, d + 1) else 0,
                        root(function(m) below(m) - pnorm(-z), 0.1, 3 * d + 20)),
    "poisson-score" = d + z^2 / 2 + c(-z, z) * sqrt(d + z^2 / 4))
  for (method in names(limits)) rows[[length(rows) + 1]] <- list(
    events = as.integer(d), person_time = "340.5", level = as.character(level), method = method,
    lower = limits[[method]][1] / 340.5, upper = limits[[method]][2] / 340.5)
}
write_exactly(rows, "rates.csv")

# Cumulative incidence: the Aalen-Johansen estimate of survfit, with its limits.
competing <- list(
  "small" = list(c(1, 2, 3, 4), c(1, 2, 0, 1)),
  "ties" = list(c(2, 2, 2, 3, 3, 5, 5, 5, 7, 9, 9, 12), c(1, 2, 0, 1, 0, 2, 1, 0, 0, 1, 2, 0)),
  "mgus2" = list(mgus2$futime[1:120], with(mgus2[1:120, ], ifelse(pstat == 1 & ptime < futime, 1, 2 * death)))
)
rows <- list()
for (name in names(competing)) for (level in c(0.9, 0.95)) {
  time <- competing[[name]][[1]]
  cause <- competing[[name]][[2]]
  fit <- survfit(Surv(time, factor(cause, 0:2)) ~ 1, conf.int = level)
  for (kind in 1:2) rows[[length(rows) + 1]] <- data.frame(
    cohort = name, level = as.character(level), cause = kind, time = fit$time,
    incidence = fit$pstate[, kind + 1], std_err = fit$std.err[, kind + 1],
    lower = fit$lower[, kind + 1], upper = fit$upper[, kind + 1])
}
write_exactly(rows, "incidence.csv")
rows <- lapply(names(competing), function(name) data.frame(
  cohort = name, time = competing[[name]][[1]], cause = as.integer(competing[[name]][[2]])))
write_exactly(rows, "competing.csv")

# Survival: small cohorts, each an edge of the definition, and the package's aml and lung data.
cohorts <- list(
  "one event" = list(c(5), c(1)),
  "one censored" = list(c(5), c(0)),
  "no event" = list(c(1, 2, 2, 4), c(0, 0, 0, 0)),
  "all events" = list(c(1, 2, 3, 4, 5), c(1, 1, 1, 1, 1)),
  "all at once" = list(c(3, 3, 3), c(1, 1, 1)),
  "censored before the first event" = list(c(1, 2, 3, 4, 5, 6), c(0, 0, 1, 0, 1, 0)),
  "event at the last time" = list(c(1, 2, 3, 4, 5, 6), c(1, 0, 1, 0, 0, 1)),
  "event and censoring at the last time" = list(c(1, 2, 3, 6, 6), c(1, 0, 1, 1, 0)),
  "ties of events and censorings" = list(c(2, 2, 2, 4, 4, 4, 7, 7, 9), c(1, 0, 1, 1, 0, 0, 1, 0, 0)),
  "exactly one half and then lower" = list(c(1, 2, 3, 4), c(1, 1, 0, 1)),
  "exactly one half to the end" = list(c(1, 2, 3, 4), c(1, 1, 0, 0)),
  "event at time zero" = list(c(0, 1, 2, 3), c(1, 0, 1, 0)),
  "censored at time zero" = list(c(0, 0, 2, 3), c(0, 0, 1, 0)),
  "times that differ by noise" = list(c(0.3, 0.1 + 0.2, 0.3, 1.1, 1.1 + 1e-12, 2), c(1, 1, 0, 1, 0, 0)),
  "one death of 35" = list(c(2, rep(c(4.1, 7.4, 11.5, 13.1), c(4, 8, 12, 10))), c(1, rep(0, 34))),
  "aml" = list(aml$time, aml$status),
  "lung" = list(lung$time, lung$status - 1)
)
asked <- c(0, 0.5, 1, 2, 3, 3.5, 4, 6, 9, 12, 50, 200, 2000)
curves <- points <- medians <- list()
for (name in names(cohorts)) {
  time <- cohorts[[name]][[1]]
  event <- cohorts[[name]][[2]]
  for (type in c("log", "log-log", "plain", "logit", "arcsin")) for (level in c(0.9, 0.95)) {
    if (name == "lung" && level == 0.9) next
    fit <- survfit(Surv(time, event) ~ 1, conf.type = type, conf.int = level)
    label <- data.frame(cohort = name, conf_type = type, level = as.character(level))
    every <- summary(fit, censored = TRUE)
    curves[[length(curves) + 1]] <- cbind(label, data.frame(
      time = fit$time, n_risk = as.integer(fit$n.risk), n_event = as.integer(fit$n.event),
      n_censor = as.integer(fit$n.censor), survival = fit$surv, std_err = every$std.err,
      lower = fit$lower, upper = fit$upper))
    at <- summary(fit, times = asked, extend = TRUE)
    points[[length(points) + 1]] <- cbind(label, data.frame(
      time = at$time, n_risk = as.integer(at$n.risk), n_event = as.integer(at$n.event),
      n_censor = as.integer(at$n.censor), survival = at$surv, std_err = at$std.err,
      lower = at$lower, upper = at$upper))
    printed <- summary(fit)$table
    for (p in c(0.1, 0.25, 0.5, 0.75, 0.9)) {
      q <- quantile(fit, p)
      medians[[length(medians) + 1]] <- cbind(label, data.frame(
        p = as.character(p), quantile = as.double(q$quantile), lower = as.double(q$lower),
        upper = as.double(q$upper),
        printed_median = if (p == 0.5) printed[["median"]] else NA_real_,
        printed_lower = if (p == 0.5) printed[[length(printed) - 1]] else NA_real_,
        printed_upper = if (p == 0.5) printed[[length(printed)]] else NA_real_))
    }
  }
}
write_exactly(curves, "survival.csv")
write_exactly(points, "survival_at.csv")
write_exactly(medians, "medians.csv")

rows <- list()
for (name in names(cohorts)) rows[[length(rows) + 1]] <- data.frame(
  cohort = name, time = cohorts[[name]][[1]], event = as.integer(cohorts[[name]][[2]]))
write_exactly(lapply(rows, subset, !is.na(time)), "cohorts.csv")

samples <- list(
  "one" = 3, "two" = c(1, 4), "ages" = c(15, 18, 22, 29, 35, 42, 42, 47, 51, 58, 65),
  "ten" = 1:10 * 1.1, "ties" = c(4, 4, 4, 7, 7, 13, 13), "thirty-five" = (1:35)^2 / 7,
  "hundred" = 1:100
)
rows <- list()
for (name in names(samples)) for (kind in c(2, 6, 7)) {
  for (p in c("0", if (kind != 2) "0.07", "0.1", "0.25", "0.3", "0.5", "0.6", "0.7", "0.75", "0.9", "1")) {
    rows[[length(rows) + 1]] <- list(
      sample = name, values = paste(sprintf("%.17g", samples[[name]]), collapse = " "),
      kind = as.integer(kind), p = p,
      quantile = as.double(quantile(samples[[name]], as.double(p), type = kind)))
  }
}
write_exactly(rows, "quantiles.csv")

# What an article prints that uses R as it comes: default precision, rounded.
set.seed(20261126)
rows <- list()
while (length(rows) < 90) {
  n <- sample(8:300, 2)
  x <- sapply(n, function(size) sample(size - 1, 1))
  if (runif(1) < 0.3) x[2] <- min(x[2], 3)
  event <- rep(c(1, 0, 1, 0), c(rbind(x, n - x)))
  group <- rep(c(1, 0), n)
  p <- x / n
  model <- suppressWarnings(glm(event ~ group, family = binomial))
  wald <- summary(model)$coefficients[2, ]
  ratio <- log(p[1] / p[2])
  limits <- suppressWarnings(switch(1 + length(rows) %% 6,
    list("odds_ratio", exp(wald[1] + c(0, -1, 1) * qnorm(0.975) * wald[2])),
    list("odds_ratio", exp(c(coef(model)[2], suppressMessages(confint(model))[2, ]))),
    with(fisher.test(cbind(x, n - x)), list("odds_ratio", c(estimate, conf.int))),
    list("difference", 100 * c(p[1] - p[2], prop.test(x, n)$conf.int)),
    list("difference", 100 * c(p[1] - p[2], prop.test(x, n, correct = FALSE)$conf.int)),
    list("risk_ratio", exp(ratio + c(0, -1, 1) * qnorm(0.975) * sqrt(sum(1 / x - 1 / n))))))
  if (anyNA(limits[[2]]) || any(limits[[2]] > 1e4)) next
  tests <- suppressWarnings(c(
    fisher.test(cbind(x, n - x))$p.value, prop.test(x, n)$p.value, wald[4], anova(model, test = "LRT")[2, 5],
    2 * pnorm(-abs(p[1] - p[2]) / sqrt(sum(p * (1 - p) / n))), 2 * pnorm(-abs(ratio) / sqrt(sum(1 / x - 1 / n)))))
  shown <- sprintf(if (limits[[1]] == "difference") "%.1f" else "%.2f", limits[[2]])
  p_value <- sample(tests, 1)
  rows[[length(rows) + 1]] <- list(
    k1 = x[1], n1 = n[1], k2 = x[2], n2 = n[2], effect = limits[[1]], estimate = shown[1],
    conf_low = shown[2], conf_high = shown[3],
    p_value = if (p_value < 0.001) "<0.001" else sprintf("%.3f", p_value))
}
write_exactly(rows, "printed_effects.csv")
