using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive.Formatting;

namespace W2S.Kernel.Engine.FSharp;

/// <summary>The module <c>Html</c> of F# cells: an element is a function of its attributes and its content, as in
/// <c>p [ _class "note" ] [ str "text" ]</c>.</summary>
/// <remarks>Its names are those of .NET Interactive's F#, which notebooks were written for.</remarks>
internal static class FSharpHtml
{
    private const string Elements = """
        a area aside b br button caption center code colgroup dd details div dl dt em figure font form h1 h2 h3 h4 h5 h6
        head header hgroup hr i iframe img input label li link main menu menuitem meta meter nav ol optgroup option p
        pre progress q script section select small source span strike strong style sub sup svg table tbody td textarea
        tfoot th thead title tr u ul video
        """;

    // by the type of their value
    private static readonly Dictionary<string, string> Attributes = new()
    {
        ["string"] = """
            about accept acceptCharset accessKey action alt autoCapitalize autoComplete autoCorrect autoSave cellPadding
            cellSpacing challenge charSet class classID color content contextMenu coords crossOrigin datatype dateTime
            ddata defaultValue dir download encType form formAction formEncType formMethod formTarget frameBorder
            headers height href hrefLang htmlFor httpEquiv icon id inlist inputMode integrity is itemID itemProp itemRef
            itemType keyParams keyType kind label lang language list manifest max media mediaGroup method min name
            pattern placeholder poster prefix preload property radioGroup rel resource role sandbox scope scrolling
            security shape sizes src srcDoc srcLang srcSet step summary target title type typeof useMap value vocab
            width wmode wrap
            """,
        ["float"] = """
            colSpan cols high low marginHeight marginWidth maxLength minLength optimum results rowSpan rows size span
            start tabIndex
            """,
        ["bool"] = """
            allowFullScreen allowTransparency async autoFocus autoPlay capture checked contentEditable controls default
            defaultChecked defer disabled draggable formNoValidate hidden itemScope loop multiple muted noValidate open
            readOnly required scoped seamless selected spellCheck unselectable
            """,
    };

    /// <summary>The module in F#.</summary>
    public static string Module { get; } = $$"""
        module Html =
            type HtmlAttribute = string * obj

            let custom (tag: string) (attributes: HtmlAttribute list) (content: obj list) =
                let element = global.{{typeof(PocketView).FullName}}(tagName = tag)
                for name, value in attributes do element.HtmlAttributes.[name] <- value
                element.SetContent(List.toArray content)
                element :> global.{{typeof(IHtmlContent).FullName}}

        {{Lines(Elements, name => $"let {name} attributes content = custom \"{name}\" attributes content")}}

            let encodedText (text: string) =
                global.{{typeof(HtmlString).FullName}}(global.System.Net.WebUtility.HtmlEncode text)
                :> global.{{typeof(IHtmlContent).FullName}}
            let str (text: string) = encodedText text
            let rawText (html: string) =
                global.{{typeof(HtmlString).FullName}}(html) :> global.{{typeof(IHtmlContent).FullName}}
            let embedNoContext (value: obj) = encodedText (string value)

        {{string.Join('\n', Attributes.Select(kind =>
            Lines(kind.Value, name => $"let _{name} (value: {kind.Key}) : HtmlAttribute = \"{name}\", box value")))}}
            let _onMouseOut (script: string) : HtmlAttribute = "onmouseout", box script
            let _onMouseOver (script: string) : HtmlAttribute = "onmouseover", box script
            let _custom (name: string, value: obj) : HtmlAttribute = name, value
            let _style (declarations: string list) : HtmlAttribute =
                let each = declarations |> List.map (fun text -> text.Trim().TrimEnd(';'))
                "style", box (String.concat "; " each)
        """;

    private static string Lines(string names, Func<string, string> line)
    {
        var each = names.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return string.Join('\n', each.Select(name => $"    {line(name)}"));
    }
}
