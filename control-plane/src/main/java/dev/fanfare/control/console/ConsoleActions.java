package dev.fanfare.control.console;

import dev.fanfare.contract.delivery.Delivery;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.run.Actor;
import dev.fanfare.contract.run.Run;
import dev.fanfare.control.console.Frame.Notice;
import dev.fanfare.control.deadletter.DeadLetterDesk.Action;
import dev.fanfare.control.http.Answers;
import dev.fanfare.control.subscription.SubscriptionWriter.Outcome;
import dev.fanfare.retry.dead.DeadLetterFilter;
import io.vertx.core.MultiMap;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the buttons of the console do. Each comes to a notice, and is noted in the audit by the part that does it. */
final class ConsoleActions {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleActions.class);
    private static final Notice NO_SUCH_ACTION = new Notice("bad", "There is no such action.", null);
    private static final Map<String, Duration> STRETCHES =
            Map.of("hour", Duration.ofHours(1), "day", Duration.ofDays(1), "week", Duration.ofDays(7));

    private final Parts parts;
    private final Clock clock;

    /** A subscription that is new, and what to tell of it. */
    record Subscribed(String id, Notice notice) {}

    ConsoleActions(Parts parts, Clock clock) {
        this.parts = parts;
        this.clock = clock;
    }

    /** Creates a subscription; waits for nothing itself. */
    CompletionStage<Subscribed> subscribe(String tenant, SubscriptionForm form, Actor by) {
        return parts.edits()
                .create(tenant, form.creation(), by)
                .thenApply(created -> new Subscribed(
                        created.id(),
                        new Notice(
                                "good",
                                "Subscribed. The endpoint checks webhooks with this signing key, shown this once.",
                                created.shown())));
    }

    /** Deletes one; waits for nothing itself. */
    CompletionStage<Notice> unsubscribe(String tenant, String id, Actor by) {
        return parts.edits()
                .delete(tenant, id, by)
                .thenApply(done -> new Notice("good", "Subscription " + id + " is deleted.", null));
    }

    /** Does something to a subscription; waits for nothing itself. */
    CompletionStage<Notice> toSubscription(String what, String tenant, String id, MultiMap form, Actor by) {
        return switch (what) {
            case "change" ->
                parts.edits()
                        .change(tenant, id, SubscriptionForm.of(form).change(), by)
                        .thenApply(done -> good(done, "Changed."));
            case "pause" ->
                parts.actions().pause(tenant, id, by).thenApply(done -> good(done, "Paused. Its events are kept."));
            case "resume" ->
                parts.actions()
                        .resume(tenant, id, by)
                        .thenApply(done -> good(done, "Resumed. What was kept is on its way."));
            case "rotate" ->
                parts.actions()
                        .rotate(tenant, id, by)
                        .thenApply(key -> new Notice(
                                "good",
                                "This is the new signing key, shown this once. The old one signs beside it for 24 hours.",
                                key));
            default -> noSuchAction();
        };
    }

    /** Sends a test event. Waits for Kafka. */
    Notice test(String tenant, String id, Actor by) {
        Delivery sent = parts.actions().test(tenant, id, by);
        return new Notice("good", "A test event is on its way: webhook-id " + sent.id() + ".", null);
    }

    /** Begins a replay of events. Waits for Kafka. */
    Notice replay(String tenant, String id, MultiMap form, Actor by) {
        Duration stretch = STRETCHES.getOrDefault(String.valueOf(form.get("since")), Duration.ofHours(1));
        Run run = parts.actions().replay(tenant, id, clock.instant().minus(stretch), by);
        return new Notice("good", "Replay " + run.id() + " has begun.", null);
    }

    /** Replays or discards dead letters. Waits for Kafka. */
    Notice toDeadLetters(String what, String tenant, MultiMap form, Actor by) {
        @Nullable Action action =
                switch (what) {
                    case "replay" -> Action.REPLAY;
                    case "discard" -> Action.DISCARD;
                    default -> null;
                };
        if (action == null) {
            return NO_SUCH_ACTION;
        }
        boolean all = "all".equals(form.get("which"));
        Set<String> ids = Set.copyOf(form.getAll("id"));
        if (!all && ids.isEmpty()) {
            return new Notice("bad", "Nothing is selected.", null);
        }
        String because = text(form, "because");
        if (action == Action.DISCARD && because == null) {
            return new Notice("bad", "Say why you discard them: it stands in the audit, and can't be undone.", null);
        }
        DeadLetterFilter filter = filter(tenant, form, all ? Set.of() : ids);
        Run run = parts.deadLetters().begin(action, filter, because, by);
        return new Notice(
                "good",
                (action == Action.REPLAY ? "Replay " : "Discard ") + run.id()
                        + " has begun: load the page again to see what is left.",
                null);
    }

    /** What a form or a query asks for, of this tenant only. */
    static DeadLetterFilter filter(String tenant, MultiMap form, Set<String> ids) {
        return new DeadLetterFilter(
                ids,
                tenant,
                text(form, "subscription"),
                text(form, "type"),
                text(form, "reason"),
                null,
                null,
                null,
                text(form, "error"));
    }

    static CompletionStage<Notice> noSuchAction() {
        return CompletableFuture.completedFuture(NO_SUCH_ACTION);
    }

    /** What went wrong, for whoever pressed the button. */
    static Notice failed(Throwable thrown) {
        Throwable cause = Answers.cause(thrown);
        if (cause instanceof ProblemException refusal) {
            String fields = refusal.problem().errors().stream()
                    .map(error -> error.field() + " " + error.detail())
                    .collect(Collectors.joining("; "));
            return new Notice("bad", fields.isEmpty() ? String.valueOf(refusal.getMessage()) : fields, null);
        }
        LOG.warn("an action of the console failed cause={}", cause.toString());
        return new Notice("bad", "It failed: " + cause.getMessage(), null);
    }

    private static Notice good(Outcome done, String text) {
        boolean changed = done.after() != null && !done.after().equals(done.before());
        return new Notice("good", changed ? text : "It was so already.", null);
    }

    static @Nullable String text(MultiMap form, String name) {
        String text = form.get(name);
        return text == null || text.isBlank() ? null : text.strip();
    }
}
