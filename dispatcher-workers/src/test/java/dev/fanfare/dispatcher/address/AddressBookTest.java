package dev.fanfare.dispatcher.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class AddressBookTest {
    private static final InetAddress[] FOUND = {InetAddress.getLoopbackAddress()};

    @Test
    void aNameIsLookedUpOnceForAllWhoAskAtOnce() throws Exception {
        AtomicInteger lookups = new AtomicInteger();
        CountDownLatch answer = new CountDownLatch(1);
        try (AddressBook book = new AddressBook(host -> await(answer, lookups), Duration.ofMinutes(1))) {
            CompletableFuture<List<InetAddress>> first = book.addresses("a.example");
            CompletableFuture<List<InetAddress>> second = book.addresses("a.example");
            assertThat(first).isNotDone();
            answer.countDown();

            assertThat(first.get(5, TimeUnit.SECONDS)).containsExactly(FOUND);
            assertThat(second.get(5, TimeUnit.SECONDS)).containsExactly(FOUND);
            assertThat(book.addresses("a.example")).isDone();
            assertThat(lookups).hasValue(1);
        }
    }

    @Test
    void aNameThatHangsHoldsUpNoOther() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (AddressBook book = new AddressBook(
                host -> host.equals("slow.example") ? await(never, new AtomicInteger()) : FOUND,
                Duration.ofMinutes(1))) {
            CompletableFuture<List<InetAddress>> slow = book.addresses("slow.example");

            assertThat(book.addresses("quick.example").get(5, TimeUnit.SECONDS)).containsExactly(FOUND);
            assertThat(slow).isNotDone();
        } finally {
            never.countDown();
        }
    }

    @Test
    void whatIsTooOldIsLookedUpAgain() {
        AtomicInteger lookups = new AtomicInteger();
        try (AddressBook book = new AddressBook(
                host -> {
                    lookups.incrementAndGet();
                    return FOUND;
                },
                Duration.ofMillis(1))) {
            Awaitility.await().until(() -> {
                book.addresses("a.example").join();
                return lookups.get() > 1;
            });
        }
    }

    @Test
    void anUnknownNameFailsAndIsNotAskedForAgainAtOnce() {
        AtomicInteger lookups = new AtomicInteger();
        try (AddressBook book = new AddressBook(
                host -> {
                    lookups.incrementAndGet();
                    throw new UnknownHostException(host);
                },
                Duration.ofMinutes(1))) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> book.addresses("none.example").join())
                        .hasCauseInstanceOf(UnknownHostException.class);
            }
            assertThat(lookups).hasValue(1);
        }
    }

    private static InetAddress[] await(CountDownLatch answer, AtomicInteger lookups) throws UnknownHostException {
        lookups.incrementAndGet();
        try {
            answer.await();
        } catch (InterruptedException e) {
            throw new UnknownHostException("interrupted");
        }
        return FOUND;
    }
}
