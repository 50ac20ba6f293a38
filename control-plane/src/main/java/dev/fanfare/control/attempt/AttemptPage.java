package dev.fanfare.control.attempt;

import dev.fanfare.contract.delivery.Attempt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some attempts, the newest first.
 *
 * @param next what to give for those behind them; null where there are none
 */
public record AttemptPage(List<Attempt> attempts, @Nullable String next) {}
