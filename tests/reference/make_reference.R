# Writes the CSV files beside this script, from any folder: Rscript tests/reference/make_reference.R
# Base R and the survival package only; every number has 17 significant digits.
suppressPackageStartupMessages(library(survival))
options(digits = 17, warn = -1)
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)))

write_exactly <- function(rows, name) {
  rows <- do.call(rbind, rows)
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
    rows[[length(rows) + 1]] <- data.frame(
      k = as.integer(x), n = as.integer(n), level = as.character(level), sided = side,
      method = method, lower = limits[1], upper = limits[2])
  }
}
write_exactly(rows, "proportions.csv")

rows <- list()
for (n in c(1, 10, 35, 400)) for (x in unique(round(seq(0, n, length.out = 8)))) {
  for (p in c(0, 0.1, 0.37, 0.5, 0.9, 1)) for (alternative in c("two.sided", "less", "greater")) {
    test <- binom.test(x, n, p, alternative = alternative)
    rows[[length(rows) + 1]] <- data.frame(
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
  p <- c(exact, exact - dbinom(k, n, p0) / 2, score, if (is.finite(z)) wald else NaN)
  method <- c("exact-binomial", "binomial-mid-p", "binomial-score", "binomial-wald")
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
  "g" = function(t, alt) {
    if (alt != "two.sided") return(NULL)
    if (any(rowSums(t) == 0) || any(colSums(t) == 0)) return(NaN)
    pchisq(loglin(t, list(1, 2), print = FALSE)$lrt, 1, lower.tail = FALSE)
  },
  "mid-p" = function(t, alt) {
    if (any(rowSums(t) == 0) || any(colSums(t) == 0)) return(NaN)
    mid_p(t, alt)
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
  if (!is.null(p)) rows[[length(rows) + 1]] <- data.frame(
    a = as.integer(cells[1]), b = as.integer(cells[2]), c = as.integer(cells[3]),
    d = as.integer(cells[4]), method = method, alternative = sub("\\.", "-", alt),
    p_value = as.double(p))
}
write_exactly(rows, "contingency.csv")

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
    rows[[length(rows) + 1]] <- data.frame(
      sample = name, values = paste(sprintf("%.17g", samples[[name]]), collapse = " "),
      kind = as.integer(kind), p = p,
      quantile = as.double(quantile(samples[[name]], as.double(p), type = kind)))
  }
}
write_exactly(rows, "quantiles.csv")
