package dev.fanfare.contract.filter;

import io.cloudevents.CloudEvent;
import io.cloudevents.sql.EvaluationRuntime;
import io.cloudevents.sql.ExceptionFactory;
import io.cloudevents.sql.impl.ExpressionInternal;
import io.cloudevents.sql.impl.ExpressionInternalVisitor;
import io.cloudevents.sql.impl.expressions.BaseExpression;
import io.cloudevents.sql.impl.runtime.EvaluationResult;
import java.util.Arrays;
import org.antlr.v4.runtime.misc.Interval;

/**
 * {@code LIKE} (CESQL 1.0, section 3.4.4): {@code %} stands for any text, {@code _} for one character, and a backslash
 * before them makes them mean themselves. The SDK's makes a regular expression of the pattern; a subscriber could write
 * one that takes hours on some events. This takes at most text times pattern steps.
 */
final class LikeExpression extends BaseExpression {
    private static final int ANY_TEXT = -1;
    private static final int ONE = -2;

    private final ExpressionInternal operand;
    private final int[] pattern;

    LikeExpression(Interval interval, String text, ExpressionInternal operand, String pattern) {
        super(interval, text);
        this.operand = operand;
        this.pattern = compile(pattern);
    }

    @Override
    public EvaluationResult evaluate(EvaluationRuntime runtime, CloudEvent event, ExceptionFactory exceptions) {
        EvaluationResult result = castToString(exceptions, operand.evaluate(runtime, event, exceptions));
        return result.copyWithValue(matches((String) result.value()));
    }

    @Override
    public <T> T visit(ExpressionInternalVisitor<T> visitor) {
        return visitor.visitExpressionInternal(this);
    }

    private static int[] compile(String pattern) {
        int[] codes = new int[pattern.length()];
        int length = 0;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            boolean escapes = c == '\\'
                    && i + 1 < pattern.length()
                    && (pattern.charAt(i + 1) == '%' || pattern.charAt(i + 1) == '_');
            if (escapes) {
                i++;
                codes[length++] = pattern.charAt(i);
            } else {
                codes[length++] = c == '%' ? ANY_TEXT : c == '_' ? ONE : c;
            }
        }
        return Arrays.copyOf(codes, length);
    }

    private boolean matches(String text) {
        int at = 0;
        int wanted = 0;
        int afterAny = -1; // where in the pattern to go on when what any text stands for grows by a character
        int grown = 0;
        while (at < text.length()) {
            int code = wanted < pattern.length ? pattern[wanted] : Integer.MIN_VALUE;
            if (code == ANY_TEXT) {
                afterAny = ++wanted;
                grown = at;
            } else if (code == ONE) {
                at += width(text, at);
                wanted++;
            } else if (code == text.charAt(at)) {
                at++;
                wanted++;
            } else if (afterAny >= 0) {
                grown += width(text, grown);
                at = grown;
                wanted = afterAny;
            } else {
                return false;
            }
        }
        while (wanted < pattern.length && pattern[wanted] == ANY_TEXT) {
            wanted++;
        }
        return wanted == pattern.length;
    }

    private static int width(String text, int at) {
        return Character.charCount(text.codePointAt(at));
    }
}
