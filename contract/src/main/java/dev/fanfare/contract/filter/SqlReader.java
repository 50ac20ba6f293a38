package dev.fanfare.contract.filter;

import dev.fanfare.contract.event.EventRules;
import io.cloudevents.sql.EvaluationRuntime;
import io.cloudevents.sql.ParseException;
import io.cloudevents.sql.generated.CESQLParserLexer;
import io.cloudevents.sql.generated.CESQLParserParser;
import io.cloudevents.sql.generated.CESQLParserParser.FunctionInvocationExpressionContext;
import io.cloudevents.sql.generated.CESQLParserParser.IdentifierContext;
import io.cloudevents.sql.generated.CESQLParserParser.LikeExpressionContext;
import io.cloudevents.sql.generated.CESQLParserParser.StringLiteralContext;
import io.cloudevents.sql.impl.ExpressionInternal;
import io.cloudevents.sql.impl.expressions.NotExpression;
import io.cloudevents.sql.impl.parser.CaseChangingCharStream;
import io.cloudevents.sql.impl.parser.ConstantFoldingExpressionVisitor;
import io.cloudevents.sql.impl.parser.ExpressionTranslatorVisitor;
import io.cloudevents.sql.impl.parser.LiteralUtils;
import io.cloudevents.sql.impl.runtime.ExpressionImpl;
import java.util.Locale;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.misc.ParseCancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Compiles CloudEvents SQL (CESQL 1.0) with the CloudEvents SDK's grammar and engine. Three things are done here that the
 * SDK's own parser doesn't do: an expression is bounded before it is parsed; unknown functions and names that no
 * attribute has are refused now, not at each event; {@code LIKE} is {@link LikeExpression ours}.
 */
final class SqlReader extends ExpressionTranslatorVisitor {
    static final int MAX_LENGTH = 1_024;
    /** Also how deep an expression can be nested, so that neither parsing nor evaluating it exhausts the stack. */
    static final int MAX_TOKENS = 250;

    private SqlReader() {}

    /**
     * Compiles an expression.
     *
     * @throws IllegalArgumentException saying in words what is wrong with it
     */
    static SqlFilter read(String sql) {
        if (sql.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("is longer than " + MAX_LENGTH + " characters");
        }
        CESQLParserLexer lexer = new CESQLParserLexer(new CaseChangingCharStream(CharStreams.fromString(sql), true));
        lexer.removeErrorListeners();
        lexer.addErrorListener(new FirstError());
        CommonTokenStream tokens = new CommonTokenStream(lexer);
        CESQLParserParser parser = new CESQLParserParser(tokens);
        parser.removeErrorListeners();
        parser.addErrorListener(new FirstError());
        try {
            tokens.fill();
            if (tokens.size() > MAX_TOKENS) {
                throw new IllegalArgumentException("has more than " + MAX_TOKENS + " words and signs");
            }
            ExpressionInternal expression = new SqlReader().visit(parser.cesql());
            return new SqlFilter(sql, new ExpressionImpl(expression.visit(new ConstantFoldingExpressionVisitor())));
        } catch (ParseCancellationException | ParseException e) {
            throw new IllegalArgumentException("is not a CloudEvents SQL expression: " + e.getMessage(), e);
        }
    }

    @Override
    public ExpressionInternal visitIdentifier(IdentifierContext context) {
        String name = context.getText();
        if (!EventRules.isAttributeName(name)) {
            throw new IllegalArgumentException(
                    "names '" + name + "', which no attribute is called: lower-case letters and digits");
        }
        return super.visitIdentifier(context);
    }

    @Override
    public ExpressionInternal visitFunctionInvocationExpression(FunctionInvocationExpressionContext context) {
        String name = context.functionIdentifier().getText();
        int parameters = context.functionParameterList().expression().size();
        try {
            EvaluationRuntime.getDefault().resolveFunction(name.toUpperCase(Locale.ROOT), parameters);
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException(
                    "calls '" + name + "' with " + parameters + " parameters: there is no such function", e);
        }
        return super.visitFunctionInvocationExpression(context);
    }

    @Override
    public ExpressionInternal visitLikeExpression(LikeExpressionContext context) {
        StringLiteralContext literal = context.stringLiteral();
        String pattern = literal.DQUOTED_STRING_LITERAL() != null
                ? LiteralUtils.parseDQuotedStringLiteral(literal.DQUOTED_STRING_LITERAL())
                : LiteralUtils.parseSQuotedStringLiteral(literal.SQUOTED_STRING_LITERAL());
        ExpressionInternal like = new LikeExpression(
                context.getSourceInterval(), context.getText(), visit(context.expression()), pattern);
        return context.NOT() == null ? like : new NotExpression(context.getSourceInterval(), context.getText(), like);
    }

    private static final class FirstError extends BaseErrorListener {
        @Override
        public void syntaxError(
                Recognizer<?, ?> recognizer,
                @Nullable Object symbol,
                int line,
                int column,
                String message,
                @Nullable RecognitionException cause) {
            throw new ParseCancellationException(message + " at character " + (column + 1));
        }
    }
}
