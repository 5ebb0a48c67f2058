using System.Globalization;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Views;
using W2S.Models;
using W2S.Torch;

namespace W2S.Training;

/// <summary>What cached logits belong to.</summary>
/// <param name="Teacher">The network and a fingerprint of its weights.</param>
/// <param name="Input">The teacher's normalisation.</param>
/// <param name="Data">The images and a fingerprint of their pixels.</param>
/// <param name="Views">Which views of each image, and how many.</param>
public sealed record TeacherKey(string Teacher, string Input, string Data, string Views)
{
    /// <summary>The key for a teacher and the views that a run would show it.</summary>
    internal static TeacherKey Of(ImageModel teacher, Normalization input, ImageSet images, BatchOptions batches)
    {
        var (data, views) = ViewsOf(images, batches);
        return new TeacherKey($"{teacher.ModelName} {Fingerprint.Of(teacher)}", Invariant(input), data, views);
    }

    /// <summary>The data and views of a run.</summary>
    internal static (string Data, string Views) ViewsOf(ImageSet images, BatchOptions batches)
    {
        var data = $"{images.Name}, {images.Count} images, {Fingerprint.Of(images.Images)}";
        if (!batches.Augmentation.IsRandom) return (data, TeacherCacheWriter.Plain);
        if (batches.Views is not { } views)
            throw new ArgumentException(
                "every epoch shows new views, which no cache can hold; set BatchOptions.Views to the number of stored "
                + "views, or use Teacher.OnTheFly");
        return (data, $"{views} views, seed {batches.Seed}, {Invariant(batches.Augmentation)}");
    }

    /// <exception cref="TeacherCacheException">Something differs; the message names it.</exception>
    internal void Require(TeacherKey wanted, string path)
    {
        RequireSame("the teacher", Teacher, wanted.Teacher, path);
        RequireSame("the teacher's normalisation", Input, wanted.Input, path);
        RequireSame("the images", Data, wanted.Data, path);
        RequireSame("the views", Views, wanted.Views, path);
    }

    /// <exception cref="TeacherCacheException">Images or views differ; the message names them.</exception>
    internal void RequireViews((string Data, string Views) wanted, string path)
    {
        RequireSame("the images", Data, wanted.Data, path);
        RequireSame("the views", Views, wanted.Views, path);
    }

    private static void RequireSame(string what, string stored, string wanted, string path)
    {
        if (stored != wanted)
            throw new TeacherCacheException(
                $"{path} does not fit: for {what} it holds '{stored}', wanted is '{wanted}'; make the cache anew "
                + "under another name");
    }

    /// <summary>A record as text that is the same under every culture.</summary>
    internal static string Invariant(object value)
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            return value.ToString()!;
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}

/// <summary>A teacher cache is damaged or belongs to something else; the message names the file and what
/// differs.</summary>
/// <param name="message">The message.</param>
/// <param name="inner">What caused it.</param>
public sealed class TeacherCacheException(string message, Exception? inner = null) : IOException(message, inner);
