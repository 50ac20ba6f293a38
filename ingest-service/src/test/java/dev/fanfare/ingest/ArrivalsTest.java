package dev.fanfare.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private static final int THREADS = 4;
    private static final int EACH = 10_000;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final Arrivals arrivals = new Arrivals();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void allThatSeveralThreadsBringIsDoneOnTheEventLoopInTheOrderOfEach() throws Exception {
        ConcurrentLinkedQueue<int[]> done = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Thread> on = new ConcurrentLinkedQueue<>();
        CountDownLatch all = new CountDownLatch(THREADS * EACH);
        List<Thread> threads = IntStream.range(0, THREADS)
                .mapToObj(thread -> new Thread(() -> IntStream.range(0, EACH)
                        .forEach(i -> arrivals.add(loop, () -> {
                            done.add(new int[] {thread, i});
                            on.add(Thread.currentThread());
                            all.countDown();
                        }))))
                .toList();
        threads.forEach(Thread::start);
        assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
        for (int thread = 0; thread < THREADS; thread++) {
            int of = thread;
            assertThat(done.stream().filter(one -> one[0] == of).map(one -> one[1]))
                    .isEqualTo(IntStream.range(0, EACH).boxed().toList());
        }
        assertThat(on.stream().distinct()).hasSize(1);
    }

    @Test
    void whatFailsKeepsNothingFromBeingDoneAndIsToldTheLoop() throws Exception {
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        CompletableFuture<String> behind = new CompletableFuture<>();
        loop.exceptionHandler(told::complete);
        loop.runOnContext(turn -> {
            arrivals.add(loop, () -> {
                throw new IllegalStateException("on purpose");
            });
            arrivals.add(loop, () -> behind.complete("done"));
        });
        assertThat(told.get(30, TimeUnit.SECONDS)).hasMessage("on purpose");
        assertThat(behind.get(30, TimeUnit.SECONDS)).isEqualTo("done");
    }
}
