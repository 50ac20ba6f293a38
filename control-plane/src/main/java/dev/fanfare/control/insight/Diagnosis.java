package dev.fanfare.control.insight;

import dev.fanfare.contract.DurationText;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.State;
import dev.fanfare.control.attempt.AttemptIndex;
import dev.fanfare.control.attempt.AttemptQuery;
import dev.fanfare.control.attempt.Tally;
import dev.fanfare.control.insight.Health.Flag;
import dev.fanfare.control.insight.Health.Level;
import dev.fanfare.control.insight.Health.Suggested;
import dev.fanfare.control.insight.Health.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says in plain words how an endpoint does and what to do about it, from what was counted of its attempts and the latest
 * of them. Statistics only; pure but for {@link #of(AttemptIndex, Subscription, long)}, which looks things up.
 */
public final class Diagnosis {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration WEEK = Duration.ofDays(7);
    private static final int MOST_LATEST = 200;
    /** So many in a row that were delivered end the talk of what to mend. */
    private static final int MENDED = 3;

    private static final long FEW = 20;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("d MMM HH:mm", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private final Subscription subscription;
    private final Tally hour;
    private final Tally before;
    private final List<Attempt> latest;
    private final List<String> findings = new ArrayList<>();
    private final Set<Flag> flags = EnumSet.noneOf(Flag.class);
    private Level level = Level.GOOD;

    private Diagnosis(Subscription subscription, Tally hour, Tally before, List<Attempt> latest) {
        this.subscription = subscription;
        this.hour = hour;
        this.before = before;
        this.latest = latest;
    }

    /** Looks at the last day, and at the last week for suggestions. Reads from the disk. */
    public static Health of(AttemptIndex index, Subscription subscription, long nowMillis) {
        NavigableMap<Long, Tally> week =
                index.fiveMinutes(subscription.tenant(), subscription.id(), nowMillis - WEEK.toMillis(), nowMillis + 1);
        Tally hour = new Tally();
        Tally before = new Tally();
        week.tailMap(nowMillis - DAY.toMillis())
                .forEach((at, tally) -> (at >= nowMillis - HOUR.toMillis() ? hour : before).add(tally));
        List<Attempt> latest = index.find(
                        AttemptQuery.of(subscription.tenant()).subscription(subscription.id()), null, MOST_LATEST)
                .attempts();
        return new Diagnosis(subscription, hour, before, latest).health(Suggesting.of(subscription, week));
    }

    /**
     * From what is known.
     *
     * @param hour   what was counted in the last hour
     * @param before what was counted in the day before that
     * @param latest attempts, the newest first
     */
    static Health of(Subscription subscription, Tally hour, Tally before, List<Attempt> latest) {
        return new Diagnosis(subscription, hour, before, latest).health(null);
    }

    private Health health(@Nullable Suggested suggested) {
        if (subscription.state() != State.ACTIVE) {
            level = Level.STOPPED;
            findings.add((subscription.state() == State.PAUSED
                            ? "Paused: its deliveries are kept"
                            : "Disabled: nothing is routed to it")
                    + " (" + Objects.requireNonNullElse(subscription.stateReason(), "by request") + ").");
        }
        List<Attempt> exchanges = latest.stream().filter(Diagnosis::isExchange).toList();
        if (exchanges.isEmpty()) {
            raise(Level.IDLE);
            findings.add("Nothing has been sent to it yet, or not for as long as attempts are kept.");
        } else {
            failingNow(exchanges);
            failingInPart(exchanges);
            slowerThanBefore();
            newFailures();
            moreThanBefore();
            lessThanBefore();
        }
        if (findings.isEmpty()) {
            boolean quiet = window(hour).exchanges() == 0;
            raise(quiet ? Level.IDLE : Level.GOOD);
            findings.add(
                    quiet
                            ? "Nothing was sent in the last hour; what was sent last, on "
                                    + TIME.format(Instant.ofEpochMilli(
                                            exchanges.get(0).startedAtMillis()))
                                    + " UTC, was delivered."
                            : "All is well: the last hour's "
                                    + number(window(hour).exchanges())
                                    + " requests were answered 2xx, half of them within "
                                    + millis(window(hour).p50Millis()) + ".");
        }
        Tally day = new Tally();
        day.add(hour);
        day.add(before);
        return new Health(level, List.copyOf(findings), List.copyOf(flags), window(hour), window(day), suggested);
    }

    private void failingNow(List<Attempt> exchanges) {
        int streak = 0;
        while (streak < exchanges.size() && !isDelivered(exchanges.get(streak))) {
            streak++;
        }
        if (streak == 0) {
            return;
        }
        Attempt last = exchanges.get(0);
        Attempt first = exchanges.get(streak - 1);
        boolean all = streak == exchanges.size();
        raise(streak >= 3 || all ? Level.FAILING : Level.WARNING);
        String since = streak == 1
                ? "The latest request failed, on " + time(first)
                : (streak == MOST_LATEST ? "More than " + number(streak) : "The last " + number(streak))
                        + " requests failed, since " + time(first);
        findings.add(since + ": " + what(last) + ". " + advice(last));
    }

    private static String what(Attempt attempt) {
        String error = Objects.requireNonNullElse(attempt.error(), "it failed");
        return attempt.status() == null ? error : "the endpoint answered " + attempt.status();
    }

    private String advice(Attempt attempt) {
        Integer status = attempt.status();
        String error = Objects.requireNonNullElse(attempt.error(), "").toLowerCase(Locale.ROOT);
        if (status != null) {
            return adviceFor(status);
        }
        if (error.contains("no whole answer within")) {
            return timedOut();
        }
        if (error.contains("certificate") || error.contains("tls")) {
            return "Renew or complete its certificate chain; see the words above for what is wrong with it.";
        }
        if (error.contains("refused")) {
            return "Nothing listens at " + subscription.url().getHost() + " on that port: is the service up?";
        }
        if (error.contains("unknown host") || error.contains("resolve") || error.contains("host")) {
            return "Check the host name " + subscription.url().getHost() + " in its URL, and its DNS records.";
        }
        if (error.contains("no connection in time")) {
            return "A firewall may drop our connections: let our addresses in.";
        }
        return "Look at the latest attempts for the details.";
    }

    private String adviceFor(int status) {
        return switch (status) {
            case 401, 403 -> "It doesn't accept who we are: check 'auth' and the signing secret on both sides.";
            case 404, 405 -> "Is the path in its URL still right, and does it take POST?";
            case 400, 422 ->
                "It refuses what the events say: those deliveries are dead letters. Replay them once it is mended.";
            case 413 -> "Events are larger than it takes: raise its limit on bodies.";
            case 429 -> "It asks us to slow down" + suggestedRate() + ".";
            case 410 -> "It says that it is gone for good.";
            default -> {
                if (status >= 500) {
                    yield "The endpoint itself fails: look into its log. What failed is tried again by its schedule.";
                }
                yield status / 100 == 3
                        ? "Redirects are not followed: put the final address into its URL."
                        : "Look at the latest attempts for what it says.";
            }
        };
    }

    private String timedOut() {
        Tally day = new Tally();
        day.add(hour);
        day.add(before);
        String timeout = subscription.timeout();
        return "It doesn't answer within " + timeout
                + (day.delivered() > 0 ? ", where half of its answers took " + millis(day.percentileMillis(0.5)) : "")
                + ": answer first and work later, or raise 'timeout' (up to 60s).";
    }

    private String suggestedRate() {
        double perSecond = hour.delivered() / (double) HOUR.toSeconds();
        if (perSecond < 0.01) {
            return ": set 'rateLimit' to what it can take";
        }
        return ": it took " + String.format(Locale.ROOT, perSecond < 10 ? "%.2f" : "%.0f", perSecond)
                + " a second in the last hour, which is a good first 'rateLimit'";
    }

    private void failingInPart(List<Attempt> exchanges) {
        Window window = window(hour);
        long failed = window.exchanges() - window.delivered();
        if (level == Level.FAILING || failed == 0 || window.delivered() == 0) {
            return;
        }
        Map.Entry<Integer, Long> most = most(hour);
        boolean advised = !findings.isEmpty();
        int well = 0;
        while (well < exchanges.size() && isDelivered(exchanges.get(well))) {
            well++;
        }
        String mended = well < MENDED
                ? ""
                : " The last " + number(well) + (well == MOST_LATEST ? " and more" : "")
                        + " were delivered: it seems mended.";
        raise(Level.WARNING);
        findings.add(String.format(
                        Locale.ROOT,
                        "%.1f %% of the last hour's %s requests failed",
                        100 - window.successPercent(),
                        number(window.exchanges()))
                + (most == null ? "." : ", " + mostly(most, failed) + ".")
                + (!mended.isEmpty()
                        ? mended
                        : most == null || advised || most.getKey() == 0 ? "" : " " + adviceFor(most.getKey())));
    }

    private static String mostly(Map.Entry<Integer, Long> most, long failed) {
        return (most.getValue() == failed ? "all of them " : "most of them ")
                + (most.getKey() == 0 ? "without an answer" : "with " + most.getKey());
    }

    private void slowerThanBefore() {
        long now = hour.percentileMillis(0.5);
        long then = before.percentileMillis(0.5);
        if (window(hour).exchanges() >= FEW && window(before).exchanges() >= FEW && now > 500 && now > 2 * then) {
            raise(Level.WARNING);
            flags.add(Flag.SLOWER_THAN_USUAL);
            findings.add("Answers became slow: half of them took " + millis(now) + " in the last hour, " + millis(then)
                    + " in the day before. Its time-out is " + subscription.timeout() + ".");
        }
    }

    private void newFailures() {
        if (window(before).exchanges() < FEW) {
            return;
        }
        hour.failures().forEach((status, count) -> {
            if (count >= 3 && !before.failures().containsKey(status)) {
                raise(Level.WARNING);
                flags.add(Flag.NEW_FAILURE);
                findings.add("New in the last hour: " + number(count) + " requests "
                        + (status == 0 ? "without an answer" : "answered " + status) + ", none in the day before.");
            }
        });
    }

    private void moreThanBefore() {
        double perHour = window(before).exchanges() / 23.0;
        long now = window(hour).exchanges();
        if (now >= 100 && perHour >= 1 && now > 5 * perHour) {
            flags.add(Flag.MORE_THAN_USUAL);
            findings.add("Unusually many: " + number(now) + " requests in the last hour, " + number(Math.round(perHour))
                    + " an hour in the day before.");
        }
    }

    private void lessThanBefore() {
        double perHour = window(before).exchanges() / 23.0;
        long now = window(hour).exchanges();
        if (perHour >= 100 && now < perHour / 10) {
            flags.add(Flag.LESS_THAN_USUAL);
            findings.add("Unusually few: " + number(now) + " requests in the last hour, " + number(Math.round(perHour))
                    + " an hour in the day before.");
        }
    }

    private static Map.@Nullable Entry<Integer, Long> most(Tally tally) {
        return tally.failures().entrySet().stream()
                .max(Map.Entry.<Integer, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .orElse(null);
    }

    private void raise(Level to) {
        level = to.compareTo(level) > 0 ? to : level;
    }

    private static boolean isDelivered(Attempt attempt) {
        return attempt.verdict().equals(Verdict.DELIVERED.text());
    }

    private static boolean isExchange(Attempt attempt) {
        return isDelivered(attempt)
                || attempt.status() != null
                || attempt.verdict().equals(Verdict.RETRY.text())
                || attempt.verdict().equals(Verdict.EXHAUSTED.text());
    }

    private static Window window(Tally tally) {
        long failed =
                tally.failures().values().stream().mapToLong(Long::longValue).sum();
        return new Window(
                tally.delivered() + failed,
                tally.delivered(),
                tally.percentileMillis(0.5),
                tally.percentileMillis(0.99));
    }

    private static String time(Attempt attempt) {
        return TIME.format(Instant.ofEpochMilli(attempt.startedAtMillis())) + " UTC";
    }

    private static String millis(long millis) {
        return millis < 1_000
                ? DurationText.format(Duration.ofMillis(millis))
                : String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
