package dev.fanfare.testkit;

/** A request and what a {@link FaultyReceiver} chose to do with it, whether or not the client waited for it. */
public record Exchange(ReceivedRequest request, Answer answer) {

    /** Whether the answer was a 2xx, which is what makes a delivery delivered. */
    public boolean accepted() {
        return answer.status().orElse(0) / 100 == 2;
    }
}
