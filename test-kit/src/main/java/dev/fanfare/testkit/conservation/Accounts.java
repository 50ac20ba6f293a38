package dev.fanfare.testkit.conservation;

import dev.fanfare.contract.RecordHeaders;
import dev.fanfare.contract.UndecodableRecord;
import dev.fanfare.contract.delivery.Attempt;
import dev.fanfare.contract.delivery.DeliveryId;
import dev.fanfare.contract.delivery.DeliveryRecords;
import dev.fanfare.contract.delivery.Progress;
import dev.fanfare.contract.delivery.Verdict;
import dev.fanfare.contract.event.Event;
import dev.fanfare.contract.event.EventRecords;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.topic.Tier;
import dev.fanfare.contract.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The first hearing: what each delivery is owed and what became of it, counted.
 *
 * <pre>
 * events × subscribers ─▶ rows ◀─ deliveries, tiers, attempts, parked, dead letters
 *                          ▲ └──▶ one account for each subscription
 *                          └───── arrivals
 * </pre>
 *
 * Confined to one thread.
 */
final class Accounts implements Evidence.Witness {
    private static final Map<String, Verdict> VERDICTS =
            Arrays.stream(Verdict.values()).collect(Collectors.toMap(Verdict::text, Function.identity()));

    private final String defaultTenant;
    private final List<Subscriber> subscribers;
    private final List<List<Duration>> schedules;
    /** Several where one was made anew under the same id. */
    private final Map<String, List<Integer>> byKey = new HashMap<>();

    private final DeliveryTable table = new DeliveryTable();
    private final HashIndex events = new HashIndex();
    private final Excuses excuses;
    private final Findings findings;

    Accounts(String defaultTenant, List<Subscriber> subscribers, Excuses excuses, Findings findings) {
        this.defaultTenant = defaultTenant;
        this.subscribers = subscribers;
        this.excuses = excuses;
        this.findings = findings;
        this.schedules = subscribers.stream()
                .map(each -> each.subscription().retry().delays())
                .toList();
        for (int i = 0; i < subscribers.size(); i++) {
            byKey.computeIfAbsent(subscribers.get(i).subscription().key(), key -> new ArrayList<>())
                    .add(i);
        }
    }

    static @Nullable Event read(ConsumerRecord<byte[], byte[]> message, String defaultTenant) {
        try {
            return EventRecords.read(message.headers(), message.value(), defaultTenant);
        } catch (UndecodableRecord e) {
            return null; // no event: it matches nothing, and becomes a dead letter of another kind
        }
    }

    /** The id that the delivery of an event to a subscription has. */
    static String idOf(String source, String eventId, Subscription subscription) {
        return DeliveryId.of(subscription.tenant(), source, eventId, subscription.id(), subscription.generation());
    }

    private static long hash(@Nullable String tenant, String source, String id) {
        return HashIndex.hash(tenant + "\n" + source + "\n" + id);
    }

    @Override
    public void event(ConsumerRecord<byte[], byte[]> message, boolean taken) {
        Event event = read(message, defaultTenant);
        if (event == null) {
            return;
        }
        int known = events.size();
        if (events.add(hash(event.tenant(), event.source(), event.id())) < known) {
            earlier(event, message.timestamp()); // it came again: owed once
            return;
        }
        int body = WebhookArrival.checksum(event.data());
        for (int i = 0; i < subscribers.size(); i++) {
            Subscriber subscriber = subscribers.get(i);
            if (subscriber.wants(event)) {
                int row =
                        table.add(HashIndex.hash(idOf(event.source(), event.id(), subscriber.subscription())), i, body);
                table.set(row, Fact.OWED, subscriber.throughout() ? 1 : 0);
                table.seenAt(row, message.timestamp());
                if (!taken) {
                    table.count(row, Fact.WAITING);
                }
            }
        }
    }

    /** Partitions are read in no order, and whoever sends again when there are more of them may send to another one. */
    private void earlier(Event event, long atMillis) {
        for (Subscriber subscriber : subscribers) {
            int row = table.find(HashIndex.hash(idOf(event.source(), event.id(), subscriber.subscription())));
            if (row >= 0) {
                table.seenAt(row, Math.min(atMillis, table.seenAtMillis(row)));
            }
        }
    }

    @Override
    public void acknowledged(String tenant, String source, String id) {
        if (events.find(hash(tenant, source, id)) < 0) {
            findings.add(
                    Fault.EVENT_LOST,
                    () -> "event " + id + " of " + source + " (tenant " + tenant + ") is not on " + Topics.EVENTS);
        }
    }

    @Override
    public void record(ConsumerRecord<byte[], byte[]> message, boolean taken) {
        try {
            switch (message.topic()) {
                case Topics.FANOUT -> share(message, taken);
                case Topics.DELIVERIES -> delivery(message, taken);
                case Topics.ATTEMPTS -> attempt(Attempt.fromJson(message.value()), message);
                case Topics.PARKED -> kept(message, Fact.PARKED);
                case Topics.DEAD_LETTERS -> kept(message, Fact.DEAD);
                default -> {
                    if (Tier.ofTopic(message.topic()).isPresent() && !taken) {
                        table.count(row(id(message), message), Fact.WAITING);
                    }
                }
            }
        } catch (UndecodableRecord e) {
            findings.add(Fault.UNREADABLE, () -> Stories.place(message) + ": " + e.getMessage());
        } catch (Unasked e) {
            findings.add(Fault.UNASKED, e::getMessage);
        }
    }

    private void share(ConsumerRecord<byte[], byte[]> message, boolean taken) {
        Event event = read(message, defaultTenant);
        if (!taken && event != null) {
            for (Subscriber subscriber : subscribers) {
                int row = table.find(HashIndex.hash(idOf(event.source(), event.id(), subscriber.subscription())));
                if (row >= 0) {
                    table.count(row, Fact.WAITING);
                }
            }
        }
    }

    private void delivery(ConsumerRecord<byte[], byte[]> message, boolean taken) throws UndecodableRecord, Unasked {
        int row = row(id(message), message);
        String run = RecordHeaders.text(message.headers(), DeliveryRecords.RUN);
        Progress progress = DeliveryRecords.readProgress(message.headers());
        if (run != null) {
            int last = 1 + Math.floorMod(run.hashCode(), 255);
            if (table.get(row, Fact.LAST_RUN) != last) {
                table.set(row, Fact.LAST_RUN, last);
                table.count(row, Fact.REPLAYED);
            }
        } else if (progress.attempts() == 0 && progress.deferrals() == 0) {
            table.count(row, Fact.MADE);
        }
        if (!taken) {
            table.count(row, Fact.WAITING);
        }
    }

    private void attempt(Attempt attempt, ConsumerRecord<byte[], byte[]> message) throws UndecodableRecord, Unasked {
        int row = row(attempt.deliveryId(), message);
        Verdict verdict = VERDICTS.get(attempt.verdict());
        if (verdict == null) {
            throw new UndecodableRecord("verdict '" + attempt.verdict() + "' is none");
        }
        if (verdict == Verdict.DELIVERED) {
            table.count(row, Fact.DELIVERED);
        } else if (verdict == Verdict.CANCELLED) {
            table.count(row, Fact.CANCELLED);
        } else if (attempt.status() == null || attempt.status() / 100 == 2) {
            table.count(row, Fact.UNANSWERED);
        }
        if (verdict.isDeadLetter()) {
            table.count(row, Fact.DIED);
        }
    }

    private void kept(ConsumerRecord<byte[], byte[]> message, Fact where) throws Unasked {
        String id = new String(Objects.requireNonNullElse(message.key(), new byte[0]), StandardCharsets.UTF_8);
        if (!id.startsWith("dlv_")) {
            return; // a record that was no delivery
        }
        int row = row(id, message);
        table.set(row, where, message.value() == null ? 0 : 1);
        if (message.value() == null && where == Fact.DEAD) {
            table.count(row, Fact.BURIED);
        }
    }

    private static String id(ConsumerRecord<byte[], byte[]> message) throws UndecodableRecord {
        return RecordHeaders.required(message.headers(), DeliveryRecords.DELIVERY_ID);
    }

    private int row(String id, ConsumerRecord<byte[], byte[]> message) throws Unasked {
        int row = table.find(HashIndex.hash(id));
        if (row < 0) {
            throw new Unasked(id + " at " + Stories.place(message) + " belongs to no event and subscription");
        }
        return row;
    }

    /** A delivery that should not be. */
    private static final class Unasked extends Exception {
        Unasked(String message) {
            super(message);
        }
    }

    @Override
    public void arrival(WebhookArrival arrival) {
        String what = arrival.webhookId() + ", attempt " + arrival.attempt() + " of event " + arrival.eventId()
                + " for " + arrival.subscription();
        Subscription subscription = addressee(arrival);
        String id = subscription == null ? null : idOf(arrival.eventSource(), arrival.eventId(), subscription);
        int row = id == null ? -1 : table.find(HashIndex.hash(id));
        if (row < 0) {
            findings.add(Fault.UNASKED, () -> what + ": it arrived although nothing matches");
            return;
        }
        if (!arrival.webhookId().equals(id)) {
            findings.add(Fault.OTHER_ID, () -> what + ": its id is " + id);
        }
        if (!arrival.complaint().isEmpty()) {
            findings.add(Fault.UNSIGNED, () -> what + ": " + arrival.complaint());
        }
        if (arrival.body() != table.body(row)) {
            findings.add(Fault.OTHER_BODY, () -> what + ": its body is not that of the event");
        }
        if (table.get(row, Fact.ARRIVED) == 0) {
            // the router made it after its event was accepted, and before it came
            boolean excused = excuses.forNoRecord(table.seenAtMillis(row), arrival.atMillis());
            table.set(row, Fact.PERHAPS_MADE_TWICE, excused ? 1 : 0);
        }
        table.count(row, Fact.ARRIVED);
        if (arrival.accepted()) {
            accepted(row, arrival.atMillis());
        }
        time(row, arrival, what);
    }

    private void accepted(int row, long atMillis) {
        table.count(row, Fact.ACCEPTED);
        if (table.get(row, Fact.PERHAPS_OFF_RECORD) > 0) {
            table.count(row, Fact.OFF_RECORD_EXPLAINED);
        }
        if (table.get(row, Fact.PERHAPS_UNANSWERED) > 0) {
            table.count(row, Fact.UNANSWERED_EXPLAINED);
        }
        table.set(row, Fact.PERHAPS_OFF_RECORD, excuses.forNoRecord(atMillis, atMillis) ? 1 : 0);
        table.set(row, Fact.PERHAPS_UNANSWERED, excuses.forNoAnswer(atMillis) ? 1 : 0);
    }

    /** Of those that had this key one after the other, the one whose delivery it is; the latest where it is nobody's. */
    private @Nullable Subscription addressee(WebhookArrival arrival) {
        Subscription addressee = null;
        for (int i : byKey.getOrDefault(arrival.subscription(), List.of())) {
            addressee = subscribers.get(i).subscription();
            if (idOf(arrival.eventSource(), arrival.eventId(), addressee).equals(arrival.webhookId())) {
                return addressee;
            }
        }
        return addressee;
    }

    /**
     * The first arrival of each attempt counts: after a crash the same attempt may come again, and the retry is due when it
     * was due. Of what was made twice or replayed, two schedules run at once: there nothing can be told.
     */
    private void time(int row, WebhookArrival arrival, String what) {
        int before = table.get(row, Fact.LAST_ATTEMPT);
        if (arrival.attempt() <= before || arrival.attempt() > 255) {
            return;
        }
        int subscription = table.subscription(row);
        boolean onceOnly = table.get(row, Fact.MADE) == 1 && table.get(row, Fact.REPLAYED) == 0;
        if (before > 0 && onceOnly && subscribers.get(subscription).throughout()) {
            List<Duration> schedule = schedules.get(subscription);
            long delayMillis = 0;
            for (int n = before; n < arrival.attempt(); n++) {
                delayMillis += schedule.isEmpty()
                        ? 0
                        : schedule.get(Math.min(n, schedule.size()) - 1).toMillis();
            }
            long earlyMillis = delayMillis - (arrival.atMillis() - table.seenAtMillis(row));
            // both moments were cut to milliseconds
            if (earlyMillis > 1) {
                findings.add(
                        Fault.EARLY,
                        () -> what + ": " + earlyMillis + " ms before its delay after attempt " + before
                                + " had passed");
            }
        }
        table.set(row, Fact.LAST_ATTEMPT, arrival.attempt());
        table.seenAt(row, arrival.atMillis());
    }

    /** All accounts closed. */
    record Closed(Map<String, Tally> perSubscription, Tally total, Repeats repeats, long bytes) {}

    /** Closes the accounts, and hands deliveries that nobody can find to the findings as suspects. */
    Closed close() {
        Tally[] tallies = new Tally[subscribers.size()];
        Arrays.fill(tallies, Tally.NONE);
        Repeats repeats = Repeats.NONE;
        for (int row = 0; row < table.rows(); row++) {
            Tally one = account(row);
            Repeats own = Repeats.of(table, row);
            wantReasons(row, own);
            repeats = repeats.plus(own);
            tallies[table.subscription(row)] = tallies[table.subscription(row)].plus(one);
        }
        Map<String, Tally> perSubscription = new TreeMap<>();
        for (int i = 0; i < tallies.length; i++) {
            perSubscription.merge(subscribers.get(i).subscription().key(), tallies[i], Tally::plus);
        }
        Tally total = perSubscription.values().stream().reduce(Tally.NONE, Tally::plus);
        return new Closed(perSubscription, total, repeats, table.bytes() + events.bytes());
    }

    private void wantReasons(int row, Repeats repeats) {
        if (repeats.notOnRecord() > table.get(row, Fact.OFF_RECORD_EXPLAINED)) {
            findings.suspect(Fault.REPEATED, table.hash(row));
        }
        if (repeats.answerLost() > table.get(row, Fact.UNANSWERED_EXPLAINED)) {
            findings.suspect(Fault.ANSWER_LOST, table.hash(row));
        }
        if (repeats.madeTwice() > 0 && table.get(row, Fact.PERHAPS_MADE_TWICE) == 0) {
            findings.suspect(Fault.MADE_TWICE, table.hash(row));
        }
    }

    private Tally account(int row) {
        boolean made = table.get(row, Fact.MADE) + table.get(row, Fact.REPLAYED) > 0;
        boolean accepted = table.get(row, Fact.ACCEPTED) > 0;
        if (!made && table.get(row, Fact.OWED) == 0) {
            return Tally.NONE;
        }
        int ends = table.get(row, Fact.DELIVERED) + table.get(row, Fact.DIED) + table.get(row, Fact.CANCELLED);
        if (ends > table.get(row, Fact.MADE) + table.get(row, Fact.REPLAYED)) {
            findings.suspect(Fault.FORKED, table.hash(row));
        }
        long repeats = Math.max(0, table.get(row, Fact.ACCEPTED) - 1);
        if (table.get(row, Fact.DELIVERED) > 0) {
            if (accepted) {
                return new Tally(1, 1, 0, 0, 0, 0, 0, 0, repeats);
            }
            findings.suspect(Fault.NOT_RECEIVED, table.hash(row));
            return new Tally(1, 0, 0, 0, 0, 0, 0, 1, repeats);
        } else if (table.get(row, Fact.WAITING) > 0) {
            return new Tally(1, 0, 1, 0, 0, 0, 0, 0, repeats);
        } else if (table.get(row, Fact.PARKED) > 0) {
            return new Tally(1, 0, 0, 1, 0, 0, 0, 0, repeats);
        } else if (table.get(row, Fact.DEAD) > 0) {
            return new Tally(1, 0, 0, 0, 1, 0, 0, 0, repeats);
        } else if (table.get(row, Fact.BURIED) > table.get(row, Fact.REPLAYED)) {
            return new Tally(1, 0, 0, 0, 0, 1, 0, 0, repeats);
        } else if (table.get(row, Fact.CANCELLED) > 0) {
            return new Tally(1, 0, 0, 0, 0, 0, 1, 0, repeats);
        }
        findings.suspect(Fault.LOST, table.hash(row));
        return new Tally(1, 0, 0, 0, 0, 0, 0, 1, repeats);
    }
}
