package dev.fanfare.torture;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.testkit.conservation.Judgement;
import dev.fanfare.testkit.conservation.Repeats;
import dev.fanfare.testkit.conservation.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * What a run came to.
 *
 * @param events            acknowledged to their producers
 * @param eventsInTheCalm   of them, sent when all was well again, while every role was restarted
 * @param eventsSentAgain   because they were not acknowledged at first
 * @param requests          that the receivers saw
 * @param endedByThemselves how often each role's process ended though nobody made it
 * @param drained           whether all came to rest in time
 * @param unwellInTheEnd    how often, when nothing was broken any more, a role did not end in order or a group rebalanced
 *     for no known reason: what is near that may have come again
 * @param disturbed         requests accepted within reach of a fault of a role or a broker, or of a rebalance: others must not
 *     come again for want of a record
 */
public record TortureReport(
        long seed,
        long seconds,
        int events,
        int eventsInTheCalm,
        int eventsSentAgain,
        long requests,
        FaultLog log,
        Map<String, Integer> endedByThemselves,
        boolean drained,
        int unwellInTheEnd,
        long disturbed,
        Judgement judgement) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Whether every promise was kept, and nothing was left under way. */
    public boolean isGood() {
        return drained && judgement.isKept() && judgement.total().waiting() == 0;
    }

    /** How often which fault was. */
    public Map<FaultKind, Long> faults() {
        return log.counts();
    }

    /** For people. */
    public String table() {
        Tally total = judgement.total();
        Repeats repeats = judgement.repeats();
        StringBuilder text = new StringBuilder(2_000);
        row(text, "seed", seed);
        row(text, "seconds", seconds);
        row(text, "events acknowledged", events);
        row(text, "  in the calm", eventsInTheCalm);
        row(text, "events sent again", eventsSentAgain);
        row(text, "deliveries accepted", total.accepted());
        row(text, "  delivered", total.delivered());
        row(text, "  waiting", total.waiting());
        row(text, "  parked", total.parked());
        row(text, "  dead", total.dead());
        row(text, "  discarded", total.discarded());
        row(text, "  cancelled", total.cancelled());
        row(text, "  LOST", total.lost());
        row(text, "requests", requests);
        row(text, "repeats", repeats.total());
        row(text, "  made twice by the router", repeats.madeTwice());
        row(text, "  answer lost on its way", repeats.answerLost());
        row(text, "  sent, not on record", repeats.notOnRecord());
        row(text, "  sent within reach of faults", disturbed);
        row(text, "faults", log.entries().size());
        faults().forEach((kind, count) -> row(text, "  " + kind.text(), count));
        endedByThemselves.forEach((role, count) -> {
            if (count > 0) {
                row(text, "  " + role + " ended by itself", count);
            }
        });
        long inOrder = log.stops().stream().filter(FaultLog.Stop::inOrder).count();
        row(text, "told to end, and did", inOrder);
        row(text, "told to end, and did not", log.stops().size() - inOrder);
        row(text, "rebalances seen", log.rebalances());
        row(text, "  unexplained in the calm", unwellInTheEnd);
        if (!drained) {
            text.append("NOT DRAINED: something is still under way\n");
        }
        judgement.counts().forEach((fault, count) -> text.append("BROKEN: ")
                .append(count)
                .append(" × ")
                .append(fault.words())
                .append('\n'));
        judgement
                .findings()
                .forEach(finding -> text.append("  ").append(finding).append('\n'));
        return text.toString();
    }

    private static void row(StringBuilder text, String name, long number) {
        text.append(String.format(Locale.ROOT, "%-28s %,12d%n", name, number));
    }

    /** For machines. */
    public void writeJson(Path file) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.put("seed", seed)
                .put("seconds", seconds)
                .put("good", isGood())
                .put("drained", drained)
                .put("events", events)
                .put("eventsInTheCalm", eventsInTheCalm)
                .put("eventsSentAgain", eventsSentAgain)
                .put("requests", requests)
                .put("disturbed", disturbed)
                .put("rebalances", log.rebalances())
                .put("unwellInTheEnd", unwellInTheEnd);
        json.set("deliveries", JSON.valueToTree(judgement.total()));
        json.set("perSubscription", JSON.valueToTree(judgement.perSubscription()));
        json.set("repeats", JSON.valueToTree(judgement.repeats()));
        json.set("broken", JSON.valueToTree(judgement.counts()));
        json.set("endedByThemselves", JSON.valueToTree(endedByThemselves));
        ObjectNode byKind = json.putObject("faultsByKind");
        faults().forEach((kind, count) -> byKind.put(kind.text(), count));
        ArrayNode faults = json.putArray("faults");
        log.entries().forEach(entry -> faults.addObject()
                .put("kind", entry.kind().text())
                .put("struck", entry.struck())
                .put("from", Instant.ofEpochMilli(entry.fromMillis()).toString())
                .put("to", Instant.ofEpochMilli(entry.toMillis()).toString()));
        ArrayNode stops = json.putArray("stops");
        log.stops().forEach(stop -> stops.addObject()
                .put("role", stop.role())
                .put("inOrder", stop.inOrder())
                .put("from", Instant.ofEpochMilli(stop.fromMillis()).toString())
                .put("to", Instant.ofEpochMilli(stop.toMillis()).toString()));
        ArrayNode findings = json.putArray("findings");
        judgement.findings().forEach(finding -> findings.add(finding.toString()));
        JSON.writeValue(file.toFile(), json);
    }
}
