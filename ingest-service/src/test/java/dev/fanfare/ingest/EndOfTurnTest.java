package dev.fanfare.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EndOfTurnTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final EndOfTurn endOfTurn = new EndOfTurn();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final List<String> done = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void whatIsPutOffIsDoneInItsOrderWhenTheTurnIsOver() throws Exception {
        loop.runOnContext(turn -> {
            call("send first");
            done.add("read first");
            call("send second");
            done.add("read second");
            endOfTurn.call(loop, () -> over.complete(null), over::completeExceptionally);
        });
        over.get(30, TimeUnit.SECONDS);
        assertThat(done).containsExactly("read first", "read second", "send first", "send second");
    }

    @Test
    void whatFailsIsToldAndKeepsNothingFromBeingDone() throws Exception {
        loop.runOnContext(turn -> {
            endOfTurn.call(
                    loop,
                    () -> {
                        throw new IllegalStateException("on purpose");
                    },
                    failure -> done.add("failed " + failure.getMessage()));
            call("send");
            endOfTurn.call(loop, () -> over.complete(null), over::completeExceptionally);
        });
        over.get(30, TimeUnit.SECONDS);
        assertThat(done).containsExactly("failed on purpose", "send");
    }

    @Test
    void eachTurnHasAnEnd() throws Exception {
        loop.runOnContext(first -> {
            call("send first");
            loop.runOnContext(second -> {
                call("send second");
                endOfTurn.call(loop, () -> over.complete(null), over::completeExceptionally);
            });
        });
        over.get(30, TimeUnit.SECONDS);
        assertThat(done).containsExactly("send first", "send second");
    }

    private void call(String name) {
        endOfTurn.call(loop, () -> done.add(name), over::completeExceptionally);
    }
}
