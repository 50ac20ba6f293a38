package dev.fanfare.testkit;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides how a {@link FaultyReceiver} answers each request. Called by many threads at once.
 *
 * <pre>{@code
 * Script twiceBroken = Script.sequence(Answer.status(500), Answer.status(500), Answer.status(204));
 * Script perTenant = request -> request.header("ce-tenant") == null ? Answer.status(400) : Answer.status(204);
 * }</pre>
 */
@FunctionalInterface
public interface Script {

    /** The answer to this request. */
    Answer answerTo(ReceivedRequest request);

    /** One answer after the other; the last one for ever. */
    static Script sequence(Answer... answers) {
        if (answers.length == 0) {
            throw new IllegalArgumentException("a sequence has at least one answer");
        }
        List<Answer> all = List.of(answers);
        AtomicInteger next = new AtomicInteger();
        return request -> all.get(next.getAndUpdate(n -> Math.min(n + 1, all.size() - 1)));
    }
}
