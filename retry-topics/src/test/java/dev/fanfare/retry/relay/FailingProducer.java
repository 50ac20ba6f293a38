package dev.fanfare.retry.relay;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;

/** A real producer whose transactions fail now and then: offsets refused, commits unanswered before or after the fact. */
final class FailingProducer {
    /** Each comes once, in any order, at any time. */
    static final int KINDS = 3;

    private FailingProducer() {}

    @SuppressWarnings("unchecked")
    static Producer<byte[], byte[]> around(
            Producer<byte[], byte[]> real, int first, Random faults, AtomicInteger failed) {
        return (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                FailingProducer.class.getClassLoader(), new Class<?>[] {Producer.class}, (proxy, method, arguments) -> {
                    boolean offsets = method.getName().equals("sendOffsetsToTransaction");
                    boolean commit = method.getName().equals("commitTransaction");
                    int next = failed.get() < KINDS ? (first + failed.get()) % KINDS : -1;
                    boolean itsTurn = next == 0 ? offsets : commit;
                    int fault = itsTurn && faults.nextBoolean() ? next : -1;
                    if (offsets && fault == 0) {
                        failed.incrementAndGet();
                        throw new CommitFailedException("the group moved on");
                    }
                    if (commit && fault == 1) {
                        failed.incrementAndGet();
                        throw new TimeoutException("the commit was never sent");
                    }
                    try {
                        Object answer = method.invoke(real, arguments);
                        if (commit && fault == 2) {
                            failed.incrementAndGet();
                            throw new TimeoutException("the commit was done, the answer lost");
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
