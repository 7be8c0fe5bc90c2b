# An OGC Earth observation application package (OGC 20-089): each scene comes as a folder with a STAC
# catalogue of its dates, catalog.json, and goes as a folder with the image, its item and a STAC collection
# of it, again catalog.json. Run it with
#   cwltool --no-container application_package.cwl#scenes order.json
# where order.json has the folders:
#   { "scenes": [{ "class": "Directory", "path": "staged/33UWP" }] }
cwlVersion: v1.0
$namespaces:
  s: https://schema.org/
s:softwareVersion: 0.1.0
s:license: https://spdx.org/licenses/Apache-2.0
$graph:
  - class: Workflow
    id: scenes
    label: Clouds removed from scenes
    doc: Removes the clouds from the dates of any number of scenes, one scene per task.
    requirements:
      ScatterFeatureRequirement: {}
    inputs:
      scenes:
        label: Scenes
        doc: Folders with a STAC catalogue, catalog.json, of the dates of one scene on one grid.
        type: Directory[]
      command:
        label: Command
        doc: composite makes the clear image of the dates alone; restore needs a model of the bands.
        type: string
        default: composite
      flags:
        label: Flags
        doc: Further flags of the command, such as --keep-clear.
        type: string[]
        default: []
    outputs:
      results:
        label: Results
        doc: For each scene a folder of its name with image, item and collection.
        type: Directory[]
        outputSource: scene/result
    steps:
      scene:
        run: "#one_scene"
        scatter: scene
        in:
          scene: scenes
          command: command
          flags: flags
        out: [result]

  - class: CommandLineTool
    id: one_scene
    label: Clouds removed from one scene
    doc: Writes the image of the last date without clouds.
    hints:
      DockerRequirement:
        dockerPull: emrdm:0.1.0
    requirements:
      ResourceRequirement:
        coresMin: 1
        ramMin: 2000
    baseCommand: emrdm
    arguments:
      - valueFrom: $(inputs.command)
        position: 1
      - valueFrom: $(inputs.scene.path)/catalog.json
        position: 2
      - prefix: --out
        valueFrom: $(inputs.scene.basename)/clear.tif
        position: 3
      - prefix: --collection
        valueFrom: $(inputs.scene.basename)/catalog.json
        position: 3
    inputs:
      scene:
        type: Directory
      command:
        type: string
      flags:
        type: string[]
        inputBinding:
          position: 4
    outputs:
      result:
        type: Directory
        outputBinding:
          glob: $(inputs.scene.basename)
