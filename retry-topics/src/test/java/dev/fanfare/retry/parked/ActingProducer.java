package dev.fanfare.retry.parked;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;

/** A real producer, and something that happens around its commits. */
final class ActingProducer {
    private ActingProducer() {}

    /** What is done in place of a commit; calls the real one or not. */
    @FunctionalInterface
    interface Commit {
        void instead(Runnable real) throws Exception;
    }

    /** Acts before each commit from the n-th on. */
    static Producer<byte[], byte[]> beforeCommit(Producer<byte[], byte[]> real, int from, Runnable act) {
        AtomicInteger commits = new AtomicInteger();
        return around(real, commit -> {
            if (commits.incrementAndGet() >= from) {
                real.flush();
                act.run();
            }
            commit.run();
        });
    }

    /** Commits that aren't sent, or whose answer is lost, up to a number of them. */
    static final class Faults {
        private final Random random;
        private final int most;
        private final AtomicInteger failed = new AtomicInteger();

        Faults(Random random, int most) {
            this.random = random;
            this.most = most;
        }

        int count() {
            return failed.get();
        }

        Producer<byte[], byte[]> around(Producer<byte[], byte[]> real) {
            return ActingProducer.around(real, commit -> {
                int fault = failed.get() < most ? random.nextInt(3) : 0;
                if (fault == 1) {
                    failed.incrementAndGet();
                    throw new TimeoutException("the commit was never sent");
                }
                commit.run();
                if (fault == 2) {
                    failed.incrementAndGet();
                    throw new TimeoutException("the commit was done, the answer lost");
                }
            });
        }
    }

    @SuppressWarnings("unchecked")
    static Producer<byte[], byte[]> around(Producer<byte[], byte[]> real, Commit commit) {
        return (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                ActingProducer.class.getClassLoader(), new Class<?>[] {Producer.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("commitTransaction")) {
                        commit.instead(real::commitTransaction);
                        return null;
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
